/** Who was full for a moment is soon full again: the topic is not for telling that. */
const FULL_MS = 2000
const ROOM_AGAIN_MS = 10_000

/**
 * Whether this peer stands on the topic of helpers: while it may serve others and has a place free. A topic that lists
 * the full ones as well sends a crowd from door to door.
 */
export class Advert {
  #open = false
  #stands = false
  #changedMs = -Infinity
  /** When the next look is due; Infinity while nothing waits. */
  dueMs: number = Infinity

  /** It may serve, or may not any more; the latter is told at once. */
  setOpen(open: boolean): void {
    this.#open = open
  }

  /** What to tell now, if anything. */
  look(hasRoom: boolean, nowMs: number): 'announce' | 'unannounce' | undefined {
    const wanted = this.#open && hasRoom
    this.dueMs = Infinity
    if (wanted === this.#stands) return undefined
    const restMs = !this.#open ? 0 : wanted ? ROOM_AGAIN_MS : FULL_MS
    if (nowMs < this.#changedMs + restMs) {
      this.dueMs = this.#changedMs + restMs
      return undefined
    }
    this.#stands = wanted
    this.#changedMs = nowMs
    return wanted ? 'announce' : 'unannounce'
  }
}

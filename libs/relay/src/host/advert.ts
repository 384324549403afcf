/** Who was full for a moment is soon full again: the topic is not for telling that. */
const FULL_MS = 2000
const ROOM_AGAIN_MS = 10_000
/** Below so many hops each one more waits so long. */
const DEEP = 6
const DEEPER_MS = 1000

/**
 * Whether this peer stands on the topic of helpers: while it may serve others and has a place free. A topic that lists
 * the full ones as well sends a crowd from door to door.
 */
export class Advert {
  #open = false
  #stands = false
  #changedMs = -Infinity
  #wantedMs = Infinity
  /** When the next look is due; Infinity while nothing waits. */
  dueMs: number = Infinity

  /** It may serve, or may not any more; the latter is told at once. */
  setOpen(open: boolean): void {
    this.#open = open
  }

  /**
   * What to tell now, if anything.
   *
   * @param depth hops from the broadcaster: who is deep leaves the crowd to those who are not
   */
  look(hasRoom: boolean, nowMs: number, depth: number): 'announce' | 'unannounce' | undefined {
    const wanted = this.#open && hasRoom
    this.#wantedMs = wanted ? Math.min(this.#wantedMs, nowMs) : Infinity
    this.dueMs = Infinity
    if (wanted === this.#stands) return undefined
    const restMs = !this.#open ? 0 : wanted ? ROOM_AGAIN_MS : FULL_MS
    const patientMs = wanted ? this.#wantedMs + DEEPER_MS * Math.max(0, depth - DEEP) : 0
    const dueMs = Math.max(this.#changedMs + restMs, patientMs)
    if (nowMs < dueMs) {
      this.dueMs = dueMs
      return undefined
    }
    this.#stands = wanted
    this.#changedMs = nowMs
    return wanted ? 'announce' : 'unannounce'
  }
}

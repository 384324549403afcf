/** How much better somebody else has to be, and stay. */
const BETTER_SHARE = 0.7
const BETTER_MS = 10
const SUSTAINED_MS = 10_000
/** No other move for the sake of quality for so long after one. */
const HOLD_MS = 60_000
/** Not so long for who is deep, and climbs. */
const CLIMB_MS = 10_000
const MAX_CLIMBS = 6
const MAX_DEEP_CLIMBS = 1
/** Nor a second attempt so soon, should the first one be refused. */
const RETRY_MS = 20_000

/** Clearly, so that nobody moves to and fro. */
export function isBetter(cost: number, presentCost: number): boolean {
  return cost <= presentCost * BETTER_SHARE - BETTER_MS
}

/** Moves up when something clearly better stays better: hysteresis in size, in time and between moves. */
export class Upgrade {
  #key: string | undefined
  #sinceMs = 0
  #holdUntilMs = 0
  #climbs = 0
  #sustainedMs = SUSTAINED_MS

  /** The parent changed, for whatever reason. */
  moved({ isDeep, wanted }: { readonly isDeep: boolean; readonly wanted: boolean }, nowMs: number): void {
    this.#key = undefined
    const holdMs = nowMs + (isDeep ? CLIMB_MS : HOLD_MS)
    this.#holdUntilMs = wanted ? Math.max(this.#holdUntilMs, holdMs) : holdMs
    // Wherever it was thrown to, it is to come up again.
    if (!wanted) this.#climbs = 0
  }

  /** When the one that was found better has been so for long enough; Infinity while there is none. */
  dueMs(nowMs: number): number {
    return this.#key === undefined
      ? Infinity
      : Math.max(this.#sinceMs + this.#sustainedMs, this.#holdUntilMs, nowMs)
  }

  /** Whenever something may have changed: the best of the others, with what it and the present parent cost. True: move to it. */
  consider(
    key: string | undefined,
    cost: number,
    presentCost: number,
    nowMs: number,
    climb?: { readonly isDeep: boolean },
  ): boolean {
    this.#sustainedMs = climb === undefined ? SUSTAINED_MS : 0
    if (key === undefined || !isBetter(cost, presentCost)) {
      this.#key = undefined
      return false
    }
    if (key !== this.#key) {
      this.#key = key
      this.#sinceMs = nowMs
    }
    if (nowMs - this.#sinceMs < this.#sustainedMs || nowMs < this.#holdUntilMs) return false
    this.#key = undefined
    if (climb === undefined) {
      this.#holdUntilMs = nowMs + RETRY_MS
      return true
    }
    // Ever more rarely: in a tree that has settled nobody is to knock at doors.
    const doublings = Math.min(this.#climbs++, climb.isDeep ? MAX_DEEP_CLIMBS : MAX_CLIMBS)
    this.#holdUntilMs = nowMs + CLIMB_MS * 2 ** doublings
    return true
  }
}

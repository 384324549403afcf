/** How much better somebody else has to be, and stay. */
const BETTER_SHARE = 0.7
const BETTER_MS = 10
const SUSTAINED_MS = 10_000
/** No other move for the sake of quality for so long after one. */
const HOLD_MS = 60_000
/** Not so long for a relay and for who is deep: they climb; and sooner again after a fall. */
const CLIMB_MS = 10_000
const FALL_MS = 3000
/** Each attempt doubles the rest, so often at most; not one towards room that was told of. */
const MAX_CLIMBS = 6
const MAX_DEEP_CLIMBS = 1
/** Who was asked and has no place names others: so many of them are asked at once. */
const MAX_FOLLOWED = 3
/** Nor a second attempt so soon, should the first one be refused. */
const RETRY_MS = 20_000

/** Clearly, so that nobody moves to and fro. */
export function isBetter(cost: number, presentCost: number): boolean {
  return cost <= presentCost * BETTER_SHARE - BETTER_MS
}

/** A climb towards somebody of whom nothing is said, or to room that was told of. */
interface Climb {
  readonly isDeep: boolean
  readonly isNamed: boolean
}

/** Moves up when something clearly better stays better: hysteresis in size, in time and between moves. */
export class Upgrade {
  #key: string | undefined
  #sinceMs = 0
  #holdUntilMs = 0
  #climbs = 0
  #sustainedMs = SUSTAINED_MS
  /** Asked on the way up, and how many since the last one that was not named. */
  #asked: string | undefined
  #followed = 0

  /** The parent changed, for whatever reason. */
  moved({ climbs, wanted }: { readonly climbs: boolean; readonly wanted: boolean }, nowMs: number): void {
    this.#key = undefined
    const restMs = wanted ? CLIMB_MS : FALL_MS
    const holdMs = nowMs + (climbs ? restMs : HOLD_MS)
    this.#holdUntilMs = wanted ? Math.max(this.#holdUntilMs, holdMs) : holdMs
    // Wherever it was thrown to, it is to come up again.
    if (!wanted) this.#climbs = 0
  }

  /** This one has no place. True: whom it named may be asked at once. */
  refused(key: string, nowMs: number): boolean {
    if (key !== this.#asked) return false
    this.#asked = undefined
    if (this.#followed >= MAX_FOLLOWED) return false
    this.#holdUntilMs = nowMs
    return true
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
    climb?: Climb,
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
    this.#asked = key
    this.#followed = climb.isNamed ? this.#followed + 1 : 0
    const most = climb.isDeep ? MAX_DEEP_CLIMBS : MAX_CLIMBS
    const doublings = climb.isNamed ? 0 : Math.min(this.#climbs++, most)
    this.#holdUntilMs = nowMs + CLIMB_MS * 2 ** doublings
    return true
  }
}

/** How much better somebody else has to be, and stay. */
const BETTER_SHARE = 0.7
const BETTER_MS = 10
const SUSTAINED_MS = 10_000
/** No other move for the sake of quality for so long after one. */
const HOLD_MS = 60_000
/** Nor a second attempt so soon, should the first one be refused. */
const RETRY_MS = 20_000

/** Moves up when something clearly better stays better: hysteresis in size, in time and between moves. */
export class Upgrade {
  #key: string | undefined
  #sinceMs = 0
  #holdUntilMs = 0

  /** The parent changed, for whatever reason. */
  moved(nowMs: number): void {
    this.#key = undefined
    this.#holdUntilMs = nowMs + HOLD_MS
  }

  /** When the one that was found better has been so for long enough; Infinity while there is none. */
  dueMs(nowMs: number): number {
    return this.#key === undefined
      ? Infinity
      : Math.max(this.#sinceMs + SUSTAINED_MS, this.#holdUntilMs, nowMs)
  }

  /** Whenever something may have changed: the best of the others, with what it and the present parent cost. True: move to it. */
  consider(key: string | undefined, cost: number, presentCost: number, nowMs: number): boolean {
    if (key === undefined || !(cost <= presentCost * BETTER_SHARE - BETTER_MS)) {
      this.#key = undefined
      return false
    }
    if (key !== this.#key) {
      this.#key = key
      this.#sinceMs = nowMs
    }
    if (nowMs - this.#sinceMs < SUSTAINED_MS || nowMs < this.#holdUntilMs) return false
    this.#key = undefined
    this.#holdUntilMs = nowMs + RETRY_MS
    return true
  }
}

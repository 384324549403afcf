/** Of the time between two looks: who was held up for less had a chance to catch up. */
const HELD_SHARE = 0.6

export interface HoldUps {
  /** The longest without a break. */
  worstMs: number
  /** All of them. */
  totalMs: number
  /** Those before the first sound, or before it was waited for no longer. */
  startMs: number
}

/**
 * How long the machine kept the lab and its processes from running, so that a limit of time can be judged by what the
 * program did. Pure: fed with how long each look at the machine found it held up.
 */
export class HoldUpRecord {
  readonly #lookMs: number
  #worstMs = 0
  #totalMs = 0
  #presentMs = 0

  /** @param lookMs how long after the look before each look should come */
  constructor(lookMs: number) {
    this.#lookMs = lookMs
  }

  /** The next look: so long of the time since the one before, nothing ran. */
  add(heldMs: number): void {
    if (heldMs < HELD_SHARE * this.#lookMs) {
      this.#presentMs = 0
      return
    }
    this.#totalMs += heldMs
    this.#presentMs += heldMs
    this.#worstMs = Math.max(this.#worstMs, this.#presentMs)
  }

  get worstMs(): number {
    return this.#worstMs
  }

  get totalMs(): number {
    return this.#totalMs
  }
}

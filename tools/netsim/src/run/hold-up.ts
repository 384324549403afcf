/** Of the time between two looks: who was held up for less had a chance to catch up. */
const HELD_SHARE = 0.6
const LONG_MS = 100

/** Of a play. Where nothing ran for so much of it, no widened limit makes up for what one hold-up after another breaks. */
const UNMEASURED_SHARE = 0.15

/** Whether what failed says something about the program: whether the machine let it run for most of the time. */
export function isEnoughToMeasure(heldMs: number, durationMs: number): boolean {
  return heldMs < UNMEASURED_SHARE * durationMs
}

export interface HoldUps {
  /** The longest without a break. */
  worstMs: number
  /** All of them. */
  totalMs: number
  /** Those from the start of the listener to the first sound, or until it was waited for no longer. */
  startMs: number
  /** Those that were longer than a jitter buffer can hide. */
  long: number
  /** By how much something that may take so long can take longer: what was held up meanwhile, at the worst place. */
  excuseMs(limitMs: number): number
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
  /** When each was over; one after the other. */
  readonly #holdUps: { atMs: number; heldMs: number }[] = []

  /** @param lookMs how long after the look before each look should come */
  constructor(lookMs: number) {
    this.#lookMs = lookMs
  }

  /** The next look: so long of the time since the one before, nothing ran. */
  add(heldMs: number, atMs: number): void {
    if (heldMs < HELD_SHARE * this.#lookMs) {
      this.#presentMs = 0
      return
    }
    this.#totalMs += heldMs
    this.#holdUps.push({ atMs, heldMs })
    this.#presentMs += heldMs
    this.#worstMs = Math.max(this.#worstMs, this.#presentMs)
  }

  get long(): number {
    return this.#holdUps.filter(({ heldMs }) => heldMs > LONG_MS).length
  }

  get worstMs(): number {
    return this.#worstMs
  }

  get totalMs(): number {
    return this.#totalMs
  }

  /** What is held up takes longer, and so meets more hold-ups: until it ends, or takes four times as long. */
  excuseMs(limitMs: number): number {
    let excusedMs = 0
    while (excusedMs < 3 * limitMs + this.#worstMs) {
      const meanwhileMs = this.#mostWithin(limitMs + excusedMs)
      if (meanwhileMs <= excusedMs) break
      excusedMs = meanwhileMs
    }
    return excusedMs
  }

  #mostWithin(windowMs: number): number {
    let most = 0
    let sum = 0
    let first = 0
    for (const { atMs, heldMs } of this.#holdUps) {
      sum += heldMs
      for (
        let oldest = this.#holdUps[first];
        oldest && oldest.atMs <= atMs - windowMs;
        oldest = this.#holdUps[++first]
      )
        sum -= oldest.heldMs
      most = Math.max(most, sum)
    }
    return most
  }
}

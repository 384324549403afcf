import { samplesToUs } from './time.ts'

const PULLS = 16
/** A sink that asks this much later than its rhythm has slept and will not catch up. */
const SLEPT_US = 500_000
/** Timers alone are this late. */
const TOLERATED_US = 5_000

/**
 * When the sink would have asked, had it not been held up. Sinks that run on timers ask a little late, sometimes
 * much, and catch up: of the last 16 pulls the earliest, by its place in the rhythm, tells the true time.
 */
export class PullClock {
  readonly #offsetsUs: Float64Array = new Float64Array(PULLS)
  #pulls = 0
  #pulledSamples = 0
  #offsetUs = Number.NaN
  #startUs = 0

  /** At every pull, before anything else. */
  onPull(samples: number, nowUs: number): void {
    const offsetUs = nowUs - samplesToUs(this.#pulledSamples)
    if (offsetUs - this.#offsetUs > SLEPT_US) this.#pulls = 0
    this.#offsetsUs[this.#pulls++ % PULLS] = offsetUs
    let earliestUs = offsetUs
    for (let i = 0; i < Math.min(this.#pulls, PULLS); i++) {
      const candidateUs = this.#offsetsUs[i] ?? offsetUs
      if (candidateUs < earliestUs) earliestUs = candidateUs
    }
    this.#offsetUs = earliestUs
    this.#startUs = earliestUs + samplesToUs(this.#pulledSamples)
    this.#pulledSamples += samples
  }

  /**
   * By how much the next pull is overdue: for so long nothing was done here, so what arrives now may have been waiting.
   * 0 when the sink is in time, and before its first pull.
   */
  overdueUs(nowUs: number): number {
    if (Number.isNaN(this.#offsetUs)) return 0
    const lateUs = nowUs - this.#offsetUs - samplesToUs(this.#pulledSamples)
    return lateUs > TOLERATED_US && lateUs < SLEPT_US ? lateUs : 0
  }

  /** When the first sample of the present pull is due. Never later than the time of the pull. */
  get startUs(): number {
    return this.#startUs
  }
}

import type { PathSummary } from './path-monitor.ts'

/** A path that loses so much after repair, or has become so much later, for so long, should be left. */
const WORSE_LOSS_RATIO = 0.01
const WORSE_DELAY_US = 15_000
const WORSE_FOR_US = 10_000_000
/** Two paths can be compared while both have been heard of within this time. */
const FRESH_US = 1_000_000
/** A path is compared with its own best of the last minute; clocks that drift by 100 ppm part by 6 ms in that time. */
const BUCKET_US = 10_000_000
const BUCKETS = 6

/**
 * Says when the active path has been worse than it should be for long enough: it loses, or comes later than the other
 * path does, or, while only one of them carries audio, later than it did within the last minute. One judge a link, told
 * when the active path changes.
 */
export class PathJudge {
  readonly #bestUs: Float64Array = new Float64Array(BUCKETS)
  #bucket = 0
  #bucketUs = Number.NaN
  #worseSinceUs = Number.NaN

  constructor() {
    this.restart()
  }

  /** Once in 100 ms. True once, when the time is up; after that it has to be worse for another 10 s. */
  isWorse(active: PathSummary, other: PathSummary, nowUs: number): boolean {
    const bestUs = this.#ownBest(active.p95DelayUs, nowUs)
    const comparedUs = nowUs - other.lastHeardUs < FRESH_US ? other.p95DelayUs : bestUs
    const isWorse = active.lossRatio >= WORSE_LOSS_RATIO || active.p95DelayUs >= comparedUs + WORSE_DELAY_US
    if (!isWorse) {
      this.#worseSinceUs = Number.NaN
      return false
    }
    if (Number.isNaN(this.#worseSinceUs)) this.#worseSinceUs = nowUs
    if (nowUs - this.#worseSinceUs < WORSE_FOR_US) return false
    this.#worseSinceUs = Number.NaN
    return true
  }

  /** Another path is active, or this one begins anew. */
  restart(): void {
    this.#bestUs.fill(Number.POSITIVE_INFINITY)
    this.#bucketUs = Number.NaN
    this.#worseSinceUs = Number.NaN
  }

  #ownBest(delayUs: number, nowUs: number): number {
    if (!(nowUs - this.#bucketUs < BUCKET_US)) {
      this.#bucket = (this.#bucket + 1) % BUCKETS
      this.#bestUs[this.#bucket] = Number.POSITIVE_INFINITY
      this.#bucketUs = nowUs
    }
    if (delayUs < (this.#bestUs[this.#bucket] ?? delayUs)) this.#bestUs[this.#bucket] = delayUs
    let bestUs = Number.POSITIVE_INFINITY
    for (const each of this.#bestUs) if (each < bestUs) bestUs = each
    return bestUs
  }
}

/** Losses within this time of each other have one cause: a burst, a stall, a path that was cut. */
const EPISODE_US = 100_000
/** A second episode within this time is no accident. */
const RECURS_US = 10_000_000
/** The path counts as lossy until nothing has been lost for so many times as long as it took between losses: by chance 2 %. */
const CALM_INTERVALS = 4
const CALM_MIN_US = 10_000_000
const CALM_MAX_US = 30_000_000
/** Of the mean time between losses, the share of the newest. */
const INTERVAL_GAIN = 1 / 8
const HALF_US = 30_000_000
/** A longer hole is an outage, which no delay covers: it says nothing of what the path loses. */
const MAX_HOLE_US = 400_000

/**
 * Whether a path keeps losing frames, and how long its holes are. One loss, or one burst, is an accident; a second one
 * soon afterwards shows that more are to come.
 */
export class LossRecord {
  #episodeUs = Number.NEGATIVE_INFINITY
  #previousUs = Number.NEGATIVE_INFINITY
  #lossyUntilUs = Number.NEGATIVE_INFINITY
  /** Between the episodes of late, on average. */
  #intervalUs = RECURS_US
  #halfSinceUs = Number.NEGATIVE_INFINITY
  #holeUs = 0
  #holeBeforeUs = 0

  /** A frame was lost in a hole that is `holeUs` from the frame before to the frame after it. */
  onLoss(holeUs: number, nowUs: number): void {
    if (holeUs > MAX_HOLE_US) return
    const isNew = nowUs - this.#episodeUs >= EPISODE_US
    if (isNew) {
      this.#previousUs = this.#episodeUs
      this.#episodeUs = nowUs
    }
    this.#judge(isNew, nowUs)
    if (nowUs - this.#halfSinceUs >= HALF_US) {
      this.#holeBeforeUs = this.#holeUs
      this.#holeUs = 0
      this.#halfSinceUs = nowUs
    }
    this.#holeUs = Math.max(this.#holeUs, holeUs)
  }

  #judge(isNew: boolean, nowUs: number): void {
    const intervalUs = this.#episodeUs - this.#previousUs
    if (!this.isLossy(nowUs)) {
      if (intervalUs >= RECURS_US) return
      this.#intervalUs = intervalUs
    } else if (isNew) {
      this.#intervalUs += (intervalUs - this.#intervalUs) * INTERVAL_GAIN
    }
    const calmUs = CALM_INTERVALS * this.#intervalUs
    this.#lossyUntilUs = nowUs + Math.min(Math.max(calmUs, CALM_MIN_US), CALM_MAX_US)
  }

  /** The latest loss was none: the frame had only been overtaken. */
  forgive(): void {
    this.#episodeUs = this.#previousUs
    this.#previousUs = Number.NEGATIVE_INFINITY
  }

  isLossy(nowUs: number): boolean {
    return nowUs < this.#lossyUntilUs
  }

  /** The longest hole of the last 30 to 60 s in which something was lost. */
  get longestHoleUs(): number {
    return Math.max(this.#holeUs, this.#holeBeforeUs)
  }

  clear(): void {
    this.#episodeUs = Number.NEGATIVE_INFINITY
    this.#previousUs = Number.NEGATIVE_INFINITY
    this.#lossyUntilUs = Number.NEGATIVE_INFINITY
    this.#halfSinceUs = Number.NEGATIVE_INFINITY
    this.#holeUs = 0
    this.#holeBeforeUs = 0
  }
}

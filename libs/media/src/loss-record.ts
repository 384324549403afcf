/** Losses within this time of each other have one cause: a burst, a stall, a path that was cut. */
const EPISODE_US = 100_000
/** A second episode within this time is no accident. */
const RECURS_US = 10_000_000
/** After the last loss the path counts as lossy for so long. */
const LOSSY_US = 30_000_000
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
  #halfSinceUs = Number.NEGATIVE_INFINITY
  #holeUs = 0
  #holeBeforeUs = 0

  /** A frame was lost in a hole that is `holeUs` from the frame before to the frame after it. */
  onLoss(holeUs: number, nowUs: number): void {
    if (holeUs > MAX_HOLE_US) return
    if (nowUs - this.#episodeUs >= EPISODE_US) {
      this.#previousUs = this.#episodeUs
      this.#episodeUs = nowUs
    }
    const recurs = this.#episodeUs - this.#previousUs < RECURS_US
    if (recurs || this.isLossy(nowUs)) this.#lossyUntilUs = nowUs + LOSSY_US
    if (nowUs - this.#halfSinceUs >= HALF_US) {
      this.#holeBeforeUs = this.#holeUs
      this.#holeUs = 0
      this.#halfSinceUs = nowUs
    }
    this.#holeUs = Math.max(this.#holeUs, holeUs)
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

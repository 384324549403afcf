import { LatenessRecord } from './lateness-record.ts'

/** The worst episode of the last minute is left to concealment: a single stall must not delay everything. */
const EPISODES_LEFT_OUT = 1
/** Where loss recurs, every episode is a repair that took so long, and each was worth waiting for. */
const EPISODES_LEFT_OUT_LOSSY = 0
/** A raise of less is left to resampling. */
const RAISE_AT_ONCE_US = 20_000
const JITTER_MARGIN_US = 10_000
const REVIEW_US = 1_000_000
/** What resampling works off in a second. */
const SHRINK_PER_REVIEW_US = 5_000
/** A rare long hole is worth remembering while others come. */
const SHRINK_PER_REVIEW_LOSSY_US = 2_000
const HOLD_US = 10_000_000

const LATE_FRAMES = 3
const LATE_WINDOW_US = 5_000_000
/** Late frames of one stall arrive together; only lateness that lasts or returns is sustained. */
const LATE_SPREAD_US = 100_000
const LATE_MARGIN_US = 24_000
const LATE_KEPT = 16

/**
 * How long a frame should wait before it is played. Follows the jitter of arrivals upwards at once and
 * downwards slowly; sustained lateness raises it by as much as the late frames lacked.
 */
export class DelayTarget {
  readonly #minUs: number
  readonly #maxUs: number
  readonly #jitter: LatenessRecord = new LatenessRecord()
  readonly #lateAtUs: Float64Array = new Float64Array(LATE_KEPT)
  readonly #lateByUs: Float64Array = new Float64Array(LATE_KEPT)
  #lateCount = 0
  /** What repair needs; 0 while there is nothing to repair. */
  #repairUs = 0
  #us: number
  #reviewedUs = Number.NEGATIVE_INFINITY
  #raisedUs = Number.NEGATIVE_INFINITY

  constructor(minUs: number, maxUs: number) {
    this.#minUs = minUs
    this.#maxUs = maxUs
    this.#us = minUs
  }

  get us(): number {
    return this.#us
  }

  /** A frame came `latenessUs` after the fastest arrival would have had it. */
  onArrival(latenessUs: number, nowUs: number): void {
    this.#jitter.add(latenessUs, nowUs)
  }

  /** A frame missed its playout. True when that has become sustained and the target rose for it. */
  onLate(latenessUs: number, nowUs: number): boolean {
    const slot = this.#lateCount++ % LATE_KEPT
    this.#lateAtUs[slot] = nowUs
    this.#lateByUs[slot] = latenessUs
    let count = 0
    let earliestUs = nowUs
    let worstUs = 0
    for (let i = 0; i < Math.min(this.#lateCount, LATE_KEPT); i++) {
      const atUs = this.#lateAtUs[i] ?? 0
      if (nowUs - atUs > LATE_WINDOW_US) continue
      count++
      earliestUs = Math.min(earliestUs, atUs)
      worstUs = Math.max(worstUs, this.#lateByUs[i] ?? 0)
    }
    if (count < LATE_FRAMES || nowUs - earliestUs < LATE_SPREAD_US) return false
    this.#lateCount = 0
    const raisedUs = this.#clamp(worstUs + LATE_MARGIN_US)
    this.#raisedUs = nowUs
    if (raisedUs <= this.#us) return false
    this.#us = raisedUs
    return true
  }

  /** Losses recur, and repair takes this long; 0: no longer. True when the target rose for it. */
  awaitRepair(repairUs: number, nowUs: number): boolean {
    // What was late in a lossy time was repair, which says nothing of the way when losses have ceased.
    if (repairUs === 0 && this.#repairUs > 0) this.#jitter.clear()
    this.#repairUs = repairUs
    const wantedUs = this.#clamp(repairUs)
    if (wantedUs <= this.#us) return false
    this.#us = wantedUs
    this.#raisedUs = nowUs
    return true
  }

  /**
   * Once a pull, with the delay of late; looks at the jitter once a second. True when frames are being lost and the
   * delay should rise to the target at once.
   */
  review(delayUs: number, nowUs: number): boolean {
    if (nowUs - this.#reviewedUs < REVIEW_US) return false
    this.#reviewedUs = nowUs
    const isLossy = this.#repairUs > 0
    const leftOut = isLossy ? EPISODES_LEFT_OUT_LOSSY : EPISODES_LEFT_OUT
    const jitterUs = this.#jitter.worstUs(leftOut) + JITTER_MARGIN_US
    const wantedUs = this.#clamp(Math.max(jitterUs, this.#repairUs))
    const risesUs = wantedUs - this.#us
    if (risesUs > 0) {
      this.#us = wantedUs
      this.#raisedUs = nowUs
    } else if (nowUs - this.#raisedUs >= HOLD_US) {
      this.#us = Math.max(wantedUs, this.#us - (isLossy ? SHRINK_PER_REVIEW_LOSSY_US : SHRINK_PER_REVIEW_US))
    }
    return isLossy && (risesUs >= RAISE_AT_ONCE_US || delayUs <= this.#us - RAISE_AT_ONCE_US)
  }

  /** Lateness measured against a base that no longer holds says nothing; the target itself stays. */
  forgetArrivals(): void {
    this.#jitter.clear()
    this.#lateCount = 0
  }

  reset(): void {
    this.forgetArrivals()
    this.#repairUs = 0
    this.#us = this.#minUs
  }

  #clamp(us: number): number {
    return Math.min(Math.max(us, this.#minUs), this.#maxUs)
  }
}

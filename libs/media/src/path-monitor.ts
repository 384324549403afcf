import type { Frame } from '@pearcast/protocol'
import { samplesToUs } from './time.ts'

/** A power of two: 10 s of 20 ms frames. */
const WINDOW = 512
/** What a path's delay is now: somewhat more than a second of 20 ms frames. */
const RECENT = 64
/** Two paths whose copies come this close together are equally fast. */
const SAME_TIME_US = 2_000
const SILENT_US = 300_000
const SILENT_GAPS = 4

/** What a choice between paths needs to know of one. */
export interface PathSummary {
  /** Frames in the window of at most 512 sequence numbers. */
  readonly frames: number
  /** Fraction of the window's sequence numbers that never came by this path, 0..1. */
  readonly lossRatio: number
  readonly p99GapMs: number
  /**
   * 95 % of the newest 64 frames came within so long after their media time. Only differences mean something, between
   * two paths or two times. NaN until there are so many.
   */
  readonly p95DelayUs: number
  /** -1 before the first. */
  readonly lastHeardUs: number
}

/** Records how one path delivers: every verified copy, whether it was the first or not. Bounded memory. */
export class PathMonitor {
  readonly #seqs: Float64Array = new Float64Array(WINDOW).fill(-1)
  readonly #arrivalUs: Float64Array = new Float64Array(WINDOW)
  readonly #gapUs: Float64Array = new Float64Array(WINDOW)
  readonly #delayUs: Float64Array = new Float64Array(WINDOW)
  #firstSeq = -1
  #head = -1
  #lastFrameUs = -1
  #lastHeardUs = -1

  onFrame(frame: Frame, nowUs: number): void {
    const { seq } = frame
    if (seq <= this.#head - WINDOW) return
    const slot = seq % WINDOW
    if (this.#seqs[slot] === seq) return
    this.#seqs[slot] = seq
    this.#arrivalUs[slot] = nowUs
    this.#delayUs[slot] = nowUs - samplesToUs(frame.ts48k)
    this.#gapUs[slot] = this.#lastFrameUs < 0 ? 0 : nowUs - this.#lastFrameUs
    this.#lastFrameUs = nowUs
    this.#lastHeardUs = nowUs
    if (seq > this.#head) this.#head = seq
    if (this.#firstSeq < 0 || seq < this.#firstSeq) this.#firstSeq = seq
  }

  /** The path is taken up again after a pause: sequence numbers it was not asked for are no losses. */
  restart(): void {
    this.#seqs.fill(-1)
    this.#firstSeq = -1
    this.#head = -1
    this.#lastFrameUs = -1
  }

  /** How many of the newest frames came here no later than by `other` (or not at all there), without a break. */
  framesNoLaterThan(other: PathMonitor): number {
    let count = 0
    for (let seq = this.#head; seq >= this.#oldest(); seq--) {
      const slot = seq % WINDOW
      if (this.#seqs[slot] !== seq) break
      const both = other.#seqs[slot] === seq
      if (both && (this.#arrivalUs[slot] ?? 0) > (other.#arrivalUs[slot] ?? 0) + SAME_TIME_US) break
      count++
    }
    return count
  }

  /** Allocates and sorts: for once in 100 ms, not for each frame. */
  summary(): PathSummary {
    const gaps: number[] = []
    const delays: number[] = []
    const oldest = this.#oldest()
    for (let seq = oldest; seq <= this.#head && this.#head >= 0; seq++) {
      const slot = seq % WINDOW
      if (this.#seqs[slot] !== seq) continue
      gaps.push(this.#gapUs[slot] ?? 0)
      if (seq > this.#head - RECENT) delays.push(this.#delayUs[slot] ?? 0)
    }
    gaps.sort((a, b) => a - b)
    delays.sort((a, b) => a - b)
    const sent = this.#head < 0 ? 0 : this.#head - oldest + 1
    return {
      frames: gaps.length,
      lossRatio: sent === 0 ? 0 : 1 - gaps.length / sent,
      p99GapMs: percentile(gaps, 0.99) / 1000,
      p95DelayUs: gaps.length < RECENT ? Number.NaN : percentile(delays, 0.95),
      lastHeardUs: this.#lastHeardUs,
    }
  }

  #oldest(): number {
    return Math.max(this.#firstSeq, this.#head - WINDOW + 1, 0)
  }
}

/** Silent since `sinceUs` for longer than its own rhythm explains. */
export function isSilent(summary: PathSummary, nowUs: number, sinceUs: number = 0): boolean {
  const gapsUs = Number.isNaN(summary.p99GapMs) ? 0 : SILENT_GAPS * summary.p99GapMs * 1000
  return nowUs - Math.max(summary.lastHeardUs, sinceUs) > Math.max(SILENT_US, gapsUs)
}

function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN
}

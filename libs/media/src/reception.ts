import type { Frame, Report } from '@pearcast/protocol'
import { FastestArrival } from './fastest-arrival.ts'

/** Of the newest sequence numbers it is remembered which have come: plenty for copies of either path. */
const WINDOW = 64
/** A frame that more than this many later ones have overtaken was lost, and is here because it was sent again. */
const OVERTAKEN_BY = 1
const REPORT_US = 1_000_000
/** While more than this is lost, reports are frequent: the parent should know before the listener does. */
const LOSSY_RATIO = 0.02
const LOSSY_REPORT_US = 200_000
const MAX_U16 = 0xffff
/** RFC 3550, section 6.4.1. */
const JITTER_GAIN = 16

/**
 * How the frames of one stream arrive, for the reports to its parent: what was lost before any repair, jitter, and how
 * much of the delay is queue. Every verified copy goes in, by whatever path. Times are us of one local clock.
 */
export class Reception {
  readonly #seen: Float64Array = new Float64Array(WINDOW).fill(-1)
  readonly #fastest: FastestArrival = new FastestArrival()
  readonly #lateUs: Float64Array = new Float64Array(WINDOW)
  #lates = 0
  #head = -1
  #reportedHead = -1
  #received = 0
  #jitterUs = 0
  #transitUs = Number.NaN
  #reportedUs = Number.NaN
  #intervalUs = REPORT_US

  /** Hot. */
  onFrame(frame: Frame, nowUs: number): void {
    const { seq } = frame
    if (this.#head < 0) this.#begin(seq, nowUs)
    if (seq < this.#head - OVERTAKEN_BY || this.#seen[seq % WINDOW] === seq) return
    this.#seen[seq % WINDOW] = seq
    this.#received++
    if (seq > this.#head) this.#head = seq
    if (frame.captureUs > 0) this.#time(nowUs - frame.captureUs, nowUs)
  }

  /** True when a report is due; never before the first frame. */
  isDue(nowUs: number): boolean {
    return this.#head >= 0 && nowUs - this.#reportedUs >= this.#intervalUs
  }

  /** What happened since the last report. */
  report(nowUs: number): Omit<Report, 'type' | 'channel'> {
    const expected = Math.min(MAX_U16, this.#head - this.#reportedHead)
    // A frame that came late by one counts in the next report; there may be one more than there should.
    const received = Math.min(expected, this.#received)
    this.#intervalUs = received < expected * (1 - LOSSY_RATIO) ? LOSSY_REPORT_US : REPORT_US
    const late = this.#lateUs.subarray(0, Math.min(this.#lates, WINDOW)).toSorted()
    const delayMs = toMs(late[late.length >> 1] ?? 0)
    this.#received = 0
    this.#lates = 0
    this.#reportedHead = this.#head
    this.#reportedUs = nowUs
    return { headSeq: this.#head, expected, received, jitterMs: toMs(this.#jitterUs), delayMs }
  }

  /** Another run of the station, or another parent. */
  clear(): void {
    this.#seen.fill(-1)
    this.#fastest.clear()
    this.#head = -1
    this.#received = 0
    this.#lates = 0
    this.#jitterUs = 0
    this.#transitUs = Number.NaN
    this.#intervalUs = REPORT_US
  }

  #begin(seq: number, nowUs: number): void {
    this.#head = seq - 1
    this.#reportedHead = seq - 1
    this.#reportedUs = nowUs
  }

  #time(transitUs: number, nowUs: number): void {
    if (!Number.isNaN(this.#transitUs)) {
      this.#jitterUs += (Math.abs(transitUs - this.#transitUs) - this.#jitterUs) / JITTER_GAIN
    }
    this.#transitUs = transitUs
    this.#lateUs[this.#lates++ % WINDOW] = this.#fastest.add(transitUs, nowUs)
  }
}

function toMs(us: number): number {
  return Math.min(MAX_U16, Math.round(us / 1000))
}

import type { Frame, SourceHeartbeat } from '@pearcast/protocol'
import { CHUNK_SAMPLES, samplesToUs, usToSamples } from './time.ts'

/** Heartbeats come every 100 ms; three in a row may get lost. */
const HEARTBEAT_FRESH_US = 350_000
/** A live source whose clock has passed its last frame by this much is not sending. */
const SOURCE_SILENT_US = 60_000
/** A frame captured this much later than its media time says: the source itself had stalled. */
const SOURCE_STALL_US = 100_000

/** Tells a source that pauses (mute, DTX, stall) from a way that loses, by what the source has signed. */
export class SourceSilence {
  #heartbeat: SourceHeartbeat | undefined
  #heardUs = Number.NEGATIVE_INFINITY
  #lastSeq = -1
  #lastTs = 0
  #lastCaptureUs = 0
  #lastSamples = CHUNK_SAMPLES

  /** Duration of the last frame that was played. */
  get frameSamples(): number {
    return this.#lastSamples
  }

  onHeartbeat(heartbeat: SourceHeartbeat, nowUs: number): void {
    this.#heartbeat = heartbeat
    this.#heardUs = nowUs
  }

  onPlayed(frame: Frame, samples: number): void {
    this.#lastSeq = frame.seq
    this.#lastTs = frame.ts48k
    this.#lastCaptureUs = frame.captureUs
    this.#lastSamples = samples
  }

  /** Whether the source has said, not long ago, that there is nothing after `seq`. */
  isQuietAfter(seq: number, nowUs: number): boolean {
    const heartbeat = this.#heartbeat
    if (heartbeat === undefined || heartbeat.headSeq !== seq) return false
    if (nowUs - this.#heardUs > HEARTBEAT_FRESH_US) return false
    if (heartbeat.state !== 'live') return true
    // A live source may have sent the next frame right after its heartbeat, unless its clock is well past it.
    if (this.#lastSeq !== seq || this.#lastCaptureUs === 0) return false
    const silentUs = heartbeat.wallclockUs - this.#lastCaptureUs - samplesToUs(this.#lastSamples)
    return silentUs >= SOURCE_SILENT_US
  }

  /** How much longer the source took from the last played frame to this one than their media time says. */
  stallSamples(frame: Frame): number {
    if (frame.captureUs === 0 || this.#lastCaptureUs === 0) return 0
    const captured = usToSamples(frame.captureUs - this.#lastCaptureUs)
    return Math.max(0, captured - (frame.ts48k - this.#lastTs))
  }

  hadStalledBefore(frame: Frame): boolean {
    return samplesToUs(this.stallSamples(frame)) >= SOURCE_STALL_US
  }

  clear(): void {
    this.#heartbeat = undefined
    this.#lastSeq = -1
    this.#lastTs = 0
    this.#lastCaptureUs = 0
    this.#lastSamples = CHUNK_SAMPLES
  }
}

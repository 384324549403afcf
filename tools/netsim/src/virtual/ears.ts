import type { Source } from './source.ts'

/** From here on silence is an interruption. */
export const INTERRUPTION_MS = 150

/**
 * What one listener heard. Silence is measured without a jitter buffer: from the moment at which a frame is due, 20 ms
 * after the one before it (a stall of the source is nobody's silence), until newer audio comes.
 */
export class Ears {
  firstMs: number | undefined
  headSeq = -1
  /** Silences, each as it ended. */
  readonly silencesMs: number[] = []
  /** Frames that never came. */
  lost = 0
  #lastMs = 0

  /** Frames up to `lastSeq` came, the first of those that are new at `fromMs`, the last one at `lastMs`. */
  hear(source: Source, firstSeq: number, lastSeq: number, fromMs: number, lastMs: number): void {
    if (lastSeq <= this.headSeq) return
    if (this.firstMs === undefined) {
      this.firstMs = fromMs
    } else {
      const silentMs = fromMs - this.#lastMs - this.#dueMs(source)
      if (silentMs > 0) this.silencesMs.push(silentMs)
      this.lost += Math.max(0, firstSeq - this.headSeq - 1)
    }
    this.headSeq = lastSeq
    this.#lastMs = lastMs
  }

  /** The silence that still lasts, 0 if there is none. */
  silentMs(source: Source, nowMs: number): number {
    if (this.firstMs === undefined) return 0
    return Math.max(0, nowMs - this.#lastMs - this.#dueMs(source, nowMs))
  }

  /** How long after the newest frame the next one was sent. */
  #dueMs(source: Source, nowMs = Infinity): number {
    return Math.min(source.sentMs(this.headSeq + 1), nowMs) - source.sentMs(this.headSeq)
  }
}

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
  /** Frames that never came, and the newest of them. */
  lost = 0
  missedSeq = -1
  #lastMs = 0

  /** Frames up to `lastSeq` came, the first of those that are new at `fromMs`, the last one at `lastMs`. */
  hear(source: Source, firstSeq: number, lastSeq: number, fromMs: number, lastMs: number): void {
    if (lastSeq <= this.headSeq) return
    if (this.firstMs === undefined) {
      this.firstMs = fromMs
    } else {
      const silentMs = fromMs - this.#lastMs - dueMs(source, this.headSeq)
      if (silentMs > 0) this.silencesMs.push(silentMs)
      if (firstSeq > this.headSeq + 1) this.#miss(firstSeq)
    }
    this.headSeq = lastSeq
    this.#lastMs = lastMs
  }

  #miss(untilSeq: number): void {
    this.lost += untilSeq - this.headSeq - 1
    this.missedSeq = untilSeq - 1
  }

  /** The silence that still lasts, 0 if there is none; `heard` may be newer than what the ears were told of. */
  silentMs(source: Source, nowMs: number, heard: Heard = this.latest): number {
    if (this.firstMs === undefined) return 0
    return Math.max(0, nowMs - heard.atMs - dueMs(source, heard.seq, nowMs))
  }

  get latest(): Heard {
    return { seq: this.headSeq, atMs: this.#lastMs }
  }
}

/** A frame, and when it came. */
export interface Heard {
  readonly seq: number
  readonly atMs: number
}

/** How long after this frame the next one was sent. */
function dueMs(source: Source, seq: number, nowMs = Infinity): number {
  return Math.min(source.sentMs(seq + 1), nowMs) - source.sentMs(seq)
}

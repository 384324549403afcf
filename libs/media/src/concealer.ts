import type { PcmQueue } from './pcm-queue.ts'
import type { Decoder } from './playout-types.ts'
import { MAX_FRAME_SAMPLES, OPUS_UNIT_SAMPLES, SAMPLES_PER_MS } from './time.ts'

/** Concealment sounds like the past: at full level for 40 ms, gone after 100 ms. */
const FADE_FROM_SAMPLES = 40 * SAMPLES_PER_MS
const FADE_TO_SAMPLES = 100 * SAMPLES_PER_MS
const FADE_IN_SAMPLES = 5 * SAMPLES_PER_MS

/** Writes decoded sound, concealment that fades out over a run of losses, and silence. */
export class Concealer {
  readonly #decoder: Decoder
  readonly #queue: PcmQueue
  /** Concealed since the last decoded frame. */
  #run = 0
  #silenced = false

  constructor(decoder: Decoder, queue: PcmQueue) {
    this.#decoder = decoder
    this.#queue = queue
  }

  /** Whether concealment can still be heard, or the run has faded out. */
  get audible(): boolean {
    return this.#run < FADE_TO_SAMPLES
  }

  /** Whether what was written last is decoded sound. */
  get fresh(): boolean {
    return this.#run === 0 && !this.#silenced
  }

  /** False when the decoder refused the payload; nothing is written then. */
  decode(payload: Uint8Array, samples: number): boolean {
    let pcm: Float32Array
    try {
      pcm = this.#decoder.decode(payload)
    } catch {
      // The source signed something its own codec rejects: to the listener it is a lost frame.
      return false
    }
    this.#queue.write(pcm, samples)
    if (this.#silenced) this.#queue.fade(samples, Math.min(FADE_IN_SAMPLES, samples), 0, 1)
    this.#run = 0
    this.#silenced = false
    return true
  }

  /** Concealment, or silence once the run has faded out. True when it could be heard at its start. */
  conceal(samples: number): boolean {
    if (!this.audible) {
      this.silence(samples)
      return false
    }
    for (let left = samples; left > 0;) {
      const chunk = Math.min(left, MAX_FRAME_SAMPLES)
      this.#queue.write(this.#decoder.conceal(wholeUnits(chunk)), chunk)
      const from = gain(this.#run)
      this.#run += chunk
      const to = gain(this.#run)
      if (from < 1 || to < 1) this.#queue.fade(chunk, chunk, from, to)
      left -= chunk
    }
    if (!this.audible) this.#silenced = true
    return true
  }

  silence(samples: number): void {
    this.#queue.writeSilence(samples)
    this.#silenced = true
  }

  /** Playback starts: what comes first needs no fade-in, and no loss precedes it. */
  restart(): void {
    this.#run = 0
    this.#silenced = false
  }
}

function wholeUnits(samples: number): number {
  return Math.ceil(samples / OPUS_UNIT_SAMPLES) * OPUS_UNIT_SAMPLES
}

function gain(run: number): number {
  return Math.min(Math.max((FADE_TO_SAMPLES - run) / (FADE_TO_SAMPLES - FADE_FROM_SAMPLES), 0), 1)
}

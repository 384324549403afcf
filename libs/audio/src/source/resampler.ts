import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'

/** Any rate to 48 kHz, over chunks of any size, without delay against the input. */
export interface Resampler {
  push(pcm: Float32Array): Float32Array
  /** What is still inside, so that input and output last equally long. */
  flush(): Float32Array
  close(): void
}

/** libsamplerate's own quality words; medium: 121 dB, band to 90 % of Nyquist, 3 % of a core for stereo. */
const SINC_MEDIUM_QUALITY = 1

/** More input than the filter looks ahead at any ratio up to 8:1. */
const FLUSH_FRAMES = 2048

/** Chunks above 4 MB would take another, restarting path inside libsamplerate-js. */
const MAX_PUSH_SAMPLES = 65_536

export async function createResampler(channels: Channels, fromRate: number): Promise<Resampler> {
  if (fromRate === SAMPLE_RATE) return passThrough
  // 2 MB of script: loaded by the first file that needs it.
  const { default: library } = await import('@alexanderolsen/libsamplerate-js')
  const converter = await library.create(channels, fromRate, SAMPLE_RATE, {
    converterType: SINC_MEDIUM_QUALITY,
  })
  return new SincResampler(converter, channels, fromRate)
}

const passThrough: Resampler = {
  push: (pcm) => pcm,
  flush: () => new Float32Array(0),
  close: () => undefined,
}

interface Converter {
  full(pcm: Float32Array): Float32Array
  destroy(): void
}

class SincResampler implements Resampler {
  readonly #converter: Converter
  readonly #channels: Channels
  readonly #ratio: number
  #framesIn = 0
  #framesOut = 0
  #closed = false

  constructor(converter: Converter, channels: Channels, fromRate: number) {
    this.#converter = converter
    this.#channels = channels
    this.#ratio = SAMPLE_RATE / fromRate
  }

  push(pcm: Float32Array): Float32Array {
    this.#framesIn += pcm.length / this.#channels
    const out = this.#convert(pcm)
    this.#framesOut += out.length / this.#channels
    return out
  }

  flush(): Float32Array {
    const missing = Math.max(0, Math.round(this.#framesIn * this.#ratio) - this.#framesOut)
    const tail = this.#convert(new Float32Array(FLUSH_FRAMES * this.#channels))
    this.#framesOut += missing
    return tail.subarray(0, missing * this.#channels)
  }

  close(): void {
    if (!this.#closed) this.#converter.destroy()
    this.#closed = true
  }

  #convert(pcm: Float32Array): Float32Array {
    if (pcm.length <= MAX_PUSH_SAMPLES) return this.#converter.full(pcm)
    const parts: Float32Array[] = []
    for (let at = 0; at < pcm.length; at += MAX_PUSH_SAMPLES) {
      parts.push(this.#converter.full(pcm.subarray(at, at + MAX_PUSH_SAMPLES)))
    }
    const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      joined.set(part, at)
      at += part.length
    }
    return joined
  }
}

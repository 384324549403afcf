import { parseWav } from '../container/riff.ts'
import type { WavEncoding, WavLayout } from '../container/riff.ts'
import { AudioError } from '../error.ts'
import type { Bytes } from './bytes.ts'
import { decodePcm } from './pcm-samples.ts'
import type { PcmEncoding } from './pcm-samples.ts'
import type { PcmStream } from './pcm-stream.ts'

const CHUNK_S = 0.1

/** PCM out of a WAV file, a tenth of a second at a time. */
export class WavStream implements PcmStream {
  readonly sampleRate: number
  readonly channels: number
  readonly title: string | undefined
  readonly durationS: number
  readonly #bytes: Bytes
  readonly #layout: WavLayout
  #offset = 0

  private constructor(bytes: Bytes, layout: WavLayout) {
    this.#bytes = bytes
    this.#layout = layout
    this.sampleRate = layout.sampleRate
    this.channels = layout.channels
    this.title = layout.title
    this.durationS = layout.dataBytes / layout.bytesPerFrame / layout.sampleRate
  }

  /** @throws AudioError */
  static async open(bytes: Bytes, allowTruncated: boolean): Promise<WavStream> {
    const layout = await parseWav(bytes)
    if (layout.announcedBytes !== undefined && (!allowTruncated || layout.dataBytes === 0)) {
      const bytesPerSecond = layout.bytesPerFrame * layout.sampleRate
      const announced = `${(layout.announcedBytes / bytesPerSecond).toFixed(1)} s`
      throw AudioError.fileTruncated(bytes.name, layout.dataBytes / bytesPerSecond, bytes.size, announced)
    }
    return new WavStream(bytes, layout)
  }

  async read(): Promise<Float32Array | undefined> {
    const { bytesPerFrame, dataOffset, dataBytes, encoding } = this.#layout
    const wanted = Math.min(Math.ceil(this.sampleRate * CHUNK_S) * bytesPerFrame, dataBytes - this.#offset)
    const chunk = await this.#bytes.readAt(dataOffset + this.#offset, wanted)
    const usable = chunk.length - (chunk.length % bytesPerFrame)
    if (usable === 0) return undefined
    this.#offset += usable
    return decodePcm(chunk.subarray(0, usable), ENCODINGS[encoding])
  }

  rewind(): Promise<void> {
    this.#offset = 0
    return Promise.resolve()
  }

  close(): Promise<void> {
    return this.#bytes.close()
  }
}

const ENCODINGS: Readonly<Record<WavEncoding, PcmEncoding>> = {
  pcm8: 'u8',
  pcm16: 's16le',
  pcm24: 's24le',
  pcm32: 's32le',
  float32: 'f32le',
  float64: 'f64le',
}

import { parseWav } from '../container/riff.ts'
import type { WavEncoding, WavLayout } from '../container/riff.ts'
import { AudioError } from '../error.ts'
import type { Bytes } from './bytes.ts'
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
    return decodePcm(chunk.subarray(0, usable), encoding)
  }

  rewind(): Promise<void> {
    this.#offset = 0
    return Promise.resolve()
  }

  close(): Promise<void> {
    return this.#bytes.close()
  }
}

const BYTES_PER_SAMPLE: Readonly<Record<WavEncoding, number>> = {
  pcm8: 1,
  pcm16: 2,
  pcm24: 3,
  pcm32: 4,
  float32: 4,
  float64: 8,
}

/** Little-endian samples to floats in -1..1; a float that is no number becomes 0. */
function decodePcm(bytes: Uint8Array, encoding: WavEncoding): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = BYTES_PER_SAMPLE[encoding]
  const pcm = new Float32Array(Math.floor(bytes.length / width))
  const sampleAt = READERS[encoding]
  for (let i = 0; i < pcm.length; i++) pcm[i] = sampleAt(view, i * width)
  return pcm
}

const READERS: Readonly<Record<WavEncoding, (view: DataView, at: number) => number>> = {
  pcm8: (view, at) => (view.getUint8(at) - 128) / 128,
  pcm16: (view, at) => view.getInt16(at, true) / 32768,
  pcm24: (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 8_388_608,
  pcm32: (view, at) => view.getInt32(at, true) / 2_147_483_648,
  float32: (view, at) => finite(view.getFloat32(at, true)),
  float64: (view, at) => finite(view.getFloat64(at, true)),
}

function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0
}

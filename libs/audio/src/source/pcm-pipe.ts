import type { Readable } from 'node:stream'
import { AudioError } from '../error.ts'
import { ByteReader } from './byte-reader.ts'
import { reasonOf } from './bytes.ts'
import { bytesPerSample, decodePcm } from './pcm-samples.ts'
import type { PcmEncoding } from './pcm-samples.ts'
import type { PcmStream } from './pcm-stream.ts'

/** What a pipe that carries bare samples does not say itself. */
export interface PcmLayout {
  encoding: PcmEncoding
  /** Hz */
  sampleRate: number
  /** 1..8, in WAVE order */
  channels: number
}

/** Bare PCM from a pipe. It cannot be rewound: a loop ends with it. */
export class PcmPipe implements PcmStream {
  readonly sampleRate: number
  readonly channels: number
  readonly #name: string
  readonly #reader: ByteReader
  readonly #encoding: PcmEncoding
  readonly #frameBytes: number
  /** the first bytes of a frame whose rest has not come */
  #rest: Uint8Array = new Uint8Array(0)
  #heard = false

  constructor(name: string, stream: Readable, layout: PcmLayout) {
    this.#name = name
    this.#reader = new ByteReader(stream)
    this.#encoding = layout.encoding
    this.#frameBytes = bytesPerSample(layout.encoding) * layout.channels
    this.sampleRate = layout.sampleRate
    this.channels = layout.channels
  }

  /** @throws AudioError INPUT_EMPTY when it ends without a sample, FILE_UNREADABLE */
  async read(): Promise<Float32Array | undefined> {
    for (;;) {
      const piece = await this.#nextPiece()
      if (piece === undefined) return undefined
      const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
      const whole = bytes.length - (bytes.length % this.#frameBytes)
      this.#rest = bytes.subarray(whole)
      if (whole === 0) continue
      this.#heard = true
      return decodePcm(bytes.subarray(0, whole), this.#encoding)
    }
  }

  rewind(): Promise<void> {
    return Promise.resolve()
  }

  cancel(): void {
    // Ended by us, it may be empty.
    this.#heard = true
    this.#reader.cancel()
  }

  close(): Promise<void> {
    this.cancel()
    return Promise.resolve()
  }

  async #nextPiece(): Promise<Uint8Array | undefined> {
    let piece: Uint8Array | undefined
    try {
      piece = await this.#reader.next()
    } catch (error) {
      throw AudioError.fileUnreadable(this.#name, reasonOf(error), error)
    }
    if (piece === undefined && !this.#heard) throw AudioError.inputEmpty(this.#name, 'no bytes')
    return piece
  }
}

import { wavHeader } from '../container/wav-header.ts'
import { FRAME_SAMPLES, toInt16 } from '../format.ts'
import type { Channels } from '../format.ts'
import { AppendFile } from './append-file.ts'
import type { BlockWriter } from './paced-sink.ts'
import type { SinkIo } from './sink.ts'

/** Half a second a write: what a killed process loses at most. */
const BLOCKS_PER_WRITE = 25

/** 48 kHz 16-bit WAV; the header is right after every write, so a killed process leaves a playable file. */
export class WavWriter implements BlockWriter {
  readonly #path: string
  readonly #channels: Channels
  #file: AppendFile | undefined
  #pending: Int16Array
  #pendingLength = 0
  #dataBytes = 0

  constructor(path: string, channels: Channels) {
    this.#path = path
    this.#channels = channels
    this.#pending = this.#emptyPending()
  }

  async open({ onError }: Pick<SinkIo, 'onError'>): Promise<void> {
    this.#file = await AppendFile.create(this.#path, wavHeader(this.#channels, 0))
    this.#file.onError = onError
  }

  write(block: Float32Array): void {
    const at = this.#pendingLength
    for (let i = 0; i < block.length; i++) this.#pending[at + i] = toInt16(block[i] ?? 0)
    this.#pendingLength += block.length
    if (this.#pendingLength + block.length > this.#pending.length) this.#flush()
  }

  async close(): Promise<void> {
    this.#flush()
    await this.#file?.close()
  }

  #flush(): void {
    if (this.#pendingLength === 0 || this.#file === undefined) return
    const bytes = new Uint8Array(this.#pending.buffer, 0, this.#pendingLength * 2)
    this.#file.append(bytes)
    this.#dataBytes += bytes.length
    this.#file.overwrite(0, wavHeader(this.#channels, this.#dataBytes))
    // The queued write keeps the old array.
    this.#pending = this.#emptyPending()
    this.#pendingLength = 0
  }

  #emptyPending(): Int16Array {
    return new Int16Array(BLOCKS_PER_WRITE * FRAME_SAMPLES * this.#channels)
  }
}

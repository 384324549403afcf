import type { Writable } from 'node:stream'
import { AudioError } from '../error.ts'
import { SAMPLE_RATE, toInt16 } from '../format.ts'
import type { Channels } from '../format.ts'
import { errorCodeOf, reasonOf } from '../source/bytes.ts'
import type { BlockWriter } from './paced-sink.ts'
import type { SinkIo } from './sink.ts'

/** Written but not taken by the reader: beyond this, sound is left out instead of growing late. */
const MAX_WAITING_S = 1

/** Bare PCM, s16le interleaved, for whoever reads the pipe. A reader that goes away is no error: it has heard enough. */
export class PipeWriter implements BlockWriter {
  readonly #pipe: Writable
  readonly #maxWaitingBytes: number
  #onNotice: SinkIo['onNotice']
  #isSlow = false
  #failed = false

  constructor(pipe: Writable, channels: Channels) {
    this.#pipe = pipe
    this.#maxWaitingBytes = MAX_WAITING_S * SAMPLE_RATE * channels * 2
  }

  open({ onError, onNotice }: Pick<SinkIo, 'onError' | 'onNotice'>): Promise<void> {
    this.#pipe.on('error', (error) => {
      if (this.#failed) return
      this.#failed = true
      const code = errorCodeOf(error)
      // Told by the pipe's owner, who ends.
      if (code === 'EPIPE') return
      onError?.(
        code === 'ENOSPC'
          ? AudioError.diskFull('standard output', error)
          : AudioError.outputUnwritable('standard output', reasonOf(error), error),
      )
    })
    this.#onNotice = onNotice
    return Promise.resolve()
  }

  write(block: Float32Array): void {
    if (this.#failed) return
    if (this.#pipe.writableLength > this.#maxWaitingBytes) return this.#tellSlow()
    if (this.#isSlow && this.#pipe.writableLength > 0) return
    this.#isSlow = false
    this.#pipe.write(new Uint8Array(Int16Array.from(block, toInt16).buffer))
  }

  close(): Promise<void> {
    if (this.#failed || this.#isSlow || this.#pipe.writableLength === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#pipe.once('error', () => resolve())
      this.#pipe.write(new Uint8Array(0), () => resolve())
    })
  }

  #tellSlow(): void {
    if (this.#isSlow) return
    this.#isSlow = true
    this.#onNotice?.({
      state: 'slow',
      why: 'the program behind the pipe does not keep up, sound is left out',
    })
  }
}

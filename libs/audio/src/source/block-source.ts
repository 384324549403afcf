import { AudioError } from '../error.ts'
import { FRAME_SAMPLES } from '../format.ts'
import type { Channels } from '../format.ts'
import { mapChannels } from './channel-map.ts'
import type { PcmStream } from './pcm-stream.ts'
import { createResampler } from './resampler.ts'
import type { Resampler } from './resampler.ts'
import type { AudioSource, SourceItem } from './source.ts'

/** A decoded file as 20 ms blocks of 48 kHz: channels mapped, resampled, looped without a seam, the last block padded. */
export class BlockSource implements AudioSource {
  readonly channels: Channels
  readonly title: string | undefined
  readonly durationS: number | undefined
  readonly #stream: PcmStream
  readonly #resampler: Resampler
  readonly #loop: boolean
  readonly #blockLength: number
  /** Decoded but not yet handed out: chunks in order, the first consumed up to `#headAt`. */
  readonly #chunks: Float32Array[] = []
  #headAt = 0
  #queued = 0
  #heardInPass = false
  #ended = false
  #closed = false
  #reading: Promise<SourceItem | undefined> | undefined

  private constructor(stream: PcmStream, resampler: Resampler, channels: Channels, loop: boolean) {
    this.#stream = stream
    this.#resampler = resampler
    this.#loop = loop
    this.channels = channels
    this.title = stream.title
    this.durationS = stream.durationS
    this.#blockLength = FRAME_SAMPLES * channels
  }

  /** Of a stream whose first sound may be a while away; nothing is read yet. */
  static async wait(stream: PcmStream, channels: Channels): Promise<BlockSource> {
    return new BlockSource(stream, await createResampler(channels, stream.sampleRate), channels, false)
  }

  /**
   * Decodes the first piece at once, so that a file without any sound fails here.
   * @throws AudioError FILE_CORRUPT
   */
  static async open(
    name: string,
    stream: PcmStream,
    channels: Channels,
    loop: boolean,
  ): Promise<BlockSource> {
    const resampler = await createResampler(channels, stream.sampleRate)
    const source = new BlockSource(stream, resampler, channels, loop)
    try {
      await source.#fill()
    } catch (error) {
      await source.close()
      throw error
    }
    if (!source.#heardInPass) throw AudioError.fileCorrupt(name, 'nothing in it can be decoded')
    return source
  }

  read(): Promise<SourceItem | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    const reading = this.#nextBlock()
    this.#reading = reading
    return reading
  }

  /** Waits for a read under way: the decoder must not be freed beneath it. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#stream.cancel?.()
    await this.#reading?.catch(() => undefined)
    this.#resampler.close()
    await this.#stream.close()
  }

  async #nextBlock(): Promise<SourceItem | undefined> {
    while (this.#queued < this.#blockLength && !this.#ended) await this.#fill()
    if (this.#queued === 0) return undefined
    return { kind: 'pcm', pcm: this.#take() }
  }

  async #fill(): Promise<void> {
    const decoded = await this.#stream.read()
    if (decoded !== undefined) {
      this.#heardInPass ||= decoded.length > 0
      this.#enqueue(this.#resampler.push(mapChannels(decoded, this.#stream.channels, this.channels)))
    } else if (this.#loop && this.#heardInPass) {
      // The resampler runs on over the seam, as if the file went on.
      this.#heardInPass = false
      await this.#stream.rewind()
    } else {
      this.#enqueue(this.#resampler.flush())
      this.#ended = true
    }
  }

  #enqueue(pcm: Float32Array): void {
    if (pcm.length === 0) return
    this.#chunks.push(pcm)
    this.#queued += pcm.length
  }

  #take(): Float32Array {
    const block = new Float32Array(this.#blockLength)
    let filled = 0
    while (filled < block.length) {
      const head = this.#chunks[0]
      if (head === undefined) break
      const part = head.subarray(this.#headAt, this.#headAt + block.length - filled)
      block.set(part, filled)
      filled += part.length
      this.#headAt += part.length
      if (this.#headAt === head.length) {
        this.#chunks.shift()
        this.#headAt = 0
      }
    }
    this.#queued -= filled
    return block
  }
}

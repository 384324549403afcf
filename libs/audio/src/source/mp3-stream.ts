import {
  findMp3Frame,
  MP3_HEADER_BYTES,
  parseMp3Header,
  parseMp3Summary,
  sameMp3Stream,
} from '../container/mp3-frames.ts'
import type { Mp3FrameHeader } from '../container/mp3-frames.ts'
import { AudioError } from '../error.ts'
import type { Bytes } from './bytes.ts'
import { ByteWindow } from './byte-window.ts'
import type { PcmStream } from './pcm-stream.ts'
import { interleave, quietly } from './quietly.ts'

/** Junk (a picture, a broken tag) that may lie before the first frame. */
const FIRST_SEARCH_BYTES = 128 * 1024
/** Junk in the middle; beyond, the audio is over. */
const RESYNC_SEARCH_BYTES = 256 * 1024
/** About 100..200 ms, so that the first block is ready at once and no call is long. */
const FRAMES_PER_READ = 6

interface Decoded {
  channelData: Float32Array[]
  samplesDecoded: number
}

interface Mp3Decoder {
  decode(bytes: Uint8Array): Decoded
  reset(): Promise<void>
  free(): void
}

/**
 * MPEG audio by mpg123, fed whole frames only: junk between them never reaches it. Encoder delay and padding are cut off by
 * mpg123 where the file states them, so that a loop has no seam.
 */
export class Mp3Stream implements PcmStream {
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly title: string | undefined
  readonly durationS: number | undefined
  readonly #bytes: Bytes
  readonly #window: ByteWindow
  readonly #decoder: Mp3Decoder
  readonly #first: Mp3FrameHeader
  readonly #firstOffset: number
  #offset: number

  private constructor(bytes: Bytes, window: ByteWindow, found: FirstFrame, decoder: Mp3Decoder) {
    this.#bytes = bytes
    this.#window = window
    this.#decoder = decoder
    this.#first = found.header
    this.#firstOffset = found.offset
    this.#offset = found.offset
    this.sampleRate = found.header.sampleRate
    this.channels = found.header.channels
    this.durationS = found.durationS
    this.title = found.title
  }

  /**
   * @param from where a tag in front ended
   * @returns undefined when there are no MPEG audio frames
   * @throws AudioError FILE_TRUNCATED
   */
  static async open(
    bytes: Bytes,
    from: number,
    title: string | undefined,
    allowTruncated: boolean,
  ): Promise<Mp3Stream | undefined> {
    const window = new ByteWindow(bytes)
    const found = await findFirstFrame(bytes, window, from, allowTruncated)
    if (found === undefined) return undefined
    const { MPEGDecoder } = await import('mpg123-decoder')
    const decoder = new MPEGDecoder()
    await decoder.ready
    return new Mp3Stream(bytes, window, { ...found, title }, decoder)
  }

  async read(): Promise<Float32Array | undefined> {
    for (;;) {
      const frames = await this.#nextFrames()
      if (frames === undefined) return undefined
      const { channelData, samplesDecoded } = this.#decode(frames)
      // The first frames fill the decoder's bit reservoir and may give nothing yet.
      // mpg123 makes two channels of a mono file.
      if (samplesDecoded > 0) return interleave(channelData.slice(0, this.channels), samplesDecoded)
    }
  }

  async rewind(): Promise<void> {
    this.#offset = this.#firstOffset
    await this.#decoder.reset()
  }

  async close(): Promise<void> {
    this.#decoder.free()
    await this.#bytes.close()
  }

  #decode(frames: Uint8Array): Decoded {
    try {
      return quietly(() => this.#decoder.decode(frames))
    } catch (error) {
      throw AudioError.fileCorrupt(this.#bytes.name, 'its MP3 frames cannot be decoded', error)
    }
  }

  /** A few frames in a row, as they lie in the file. */
  async #nextFrames(): Promise<Uint8Array | undefined> {
    const start = await this.#sync()
    if (start === undefined) return undefined
    let end = start
    for (let count = 0; count < FRAMES_PER_READ; count++) {
      const frameBytes = await this.#frameBytesAt(end)
      if (frameBytes === undefined) break
      end += frameBytes
    }
    this.#offset = end
    return this.#window.at(start, end - start)
  }

  /** Where the next frame of this stream begins; junk and frames of another kind are stepped over. */
  async #sync(): Promise<number | undefined> {
    let at: number | undefined = this.#offset
    while (at !== undefined && (await this.#frameBytesAt(at)) === undefined) {
      at = await findMp3Frame(this.#window, at + 1, RESYNC_SEARCH_BYTES, 2)
    }
    return at
  }

  async #frameBytesAt(offset: number): Promise<number | undefined> {
    const header = parseMp3Header(await this.#window.at(offset, MP3_HEADER_BYTES))
    if (header === undefined || !sameMp3Stream(header, this.#first)) return undefined
    return offset + header.frameBytes <= this.#window.size ? header.frameBytes : undefined
  }
}

interface FirstFrame {
  offset: number
  header: Mp3FrameHeader
  durationS?: number | undefined
  title?: string | undefined
}

async function findFirstFrame(
  bytes: Bytes,
  window: ByteWindow,
  from: number,
  allowTruncated: boolean,
): Promise<FirstFrame | undefined> {
  const offset = await findMp3Frame(window, from, FIRST_SEARCH_BYTES, 3)
  if (offset === undefined) return undefined
  const header = parseMp3Header(await window.at(offset, MP3_HEADER_BYTES))
  if (header === undefined) return undefined
  const summary = parseMp3Summary(await window.at(offset, header.frameBytes), header)
  if (summary === undefined) return { offset, header }
  const durationS = (summary.frames * header.frameSamples) / header.sampleRate
  const there = bytes.size - offset
  if (there < summary.bytes && !allowTruncated) {
    const atS = (durationS * there) / summary.bytes
    throw AudioError.fileTruncated(bytes.name, atS, bytes.size, `${durationS.toFixed(1)} s`)
  }
  return { offset, header, durationS }
}

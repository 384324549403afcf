import type { EncodedPacket, EncodedPacketSink, Input } from 'mediabunny'
import { isMatroskaCutOff, isMp4CutOff } from '../container/top-level.ts'
import { parseOpusHead } from '../container/opus-header.ts'
import { AudioError } from '../error.ts'
import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { OpusDecoder } from '../opus/decoder.ts'
import type { Bytes } from './bytes.ts'
import type { PcmStream } from './pcm-stream.ts'

/** @throws AudioError FILE_TRUNCATED */
export async function refuseCutOff(bytes: Bytes, kind: 'mp4' | 'matroska'): Promise<void> {
  const cutOff = await (kind === 'mp4' ? isMp4CutOff(bytes) : isMatroskaCutOff(bytes))
  if (cutOff) throw AudioError.fileTruncated(bytes.name, undefined, bytes.size, 'a longer file')
}

/** Opus out of WebM, Matroska or MP4: demuxed by mediabunny, decoded by libopus. */
export class PacketStream implements PcmStream {
  readonly sampleRate: typeof SAMPLE_RATE = SAMPLE_RATE
  readonly channels: Channels
  readonly title: string | undefined
  readonly durationS: number | undefined
  readonly #bytes: Bytes
  readonly #input: Input
  readonly #packets: EncodedPacketSink
  readonly #decoder: OpusDecoder
  readonly #preSkip: number
  #packet: EncodedPacket | undefined
  #skip: number

  private constructor(bytes: Bytes, input: Input, packets: EncodedPacketSink, about: About) {
    this.#bytes = bytes
    this.#input = input
    this.#packets = packets
    this.channels = about.channels
    this.title = about.title
    this.durationS = about.durationS
    this.#decoder = new OpusDecoder({ channels: about.channels })
    this.#preSkip = about.preSkip
    this.#skip = about.preSkip
  }

  /** @returns undefined when its sound is not Opus in one or two channels, or nothing of it can be read */
  static async open(bytes: Bytes): Promise<PacketStream | undefined> {
    // 100 ms of loading: only for the files that need it.
    const { CustomSource, EncodedPacketSink, Input, MATROSKA, MP4, WEBM } = await import('mediabunny')
    const source = new CustomSource({
      getSize: () => bytes.size,
      read: (start, end) => bytes.readAt(start, end - start),
    })
    const input = new Input({ formats: [MP4, WEBM, MATROSKA], source })
    try {
      const track = await input.getPrimaryAudioTrack()
      if (track?.codec !== 'opus' || track.numberOfChannels > 2) return undefined
      const { description } = (await track.getDecoderConfig()) ?? {}
      const { title } = await input.getMetadataTags()
      return new PacketStream(bytes, input, new EncodedPacketSink(track), {
        channels: track.numberOfChannels === 1 ? 1 : 2,
        title: title === undefined || title === '' ? undefined : title,
        durationS: await track.computeDuration(),
        preSkip: preSkipOf(description),
      })
    } catch {
      // Not what its first bytes promise: ffmpeg may know better.
      input.dispose()
      return undefined
    }
  }

  async read(): Promise<Float32Array | undefined> {
    for (;;) {
      const packet = await this.#next()
      if (packet === null) return undefined
      this.#packet = packet
      const pcm = this.#decoder.decode(packet.data)
      const samples = pcm.length / this.channels
      const from = Math.min(this.#skip, samples)
      this.#skip -= from
      if (from < samples) return pcm.slice(from * this.channels)
    }
  }

  rewind(): Promise<void> {
    this.#packet = undefined
    this.#skip = this.#preSkip
    this.#decoder.reset()
    return Promise.resolve()
  }

  async close(): Promise<void> {
    this.#input.dispose()
    await this.#bytes.close()
  }

  async #next(): Promise<EncodedPacket | null> {
    const before = this.#packet
    try {
      return await (before === undefined
        ? this.#packets.getFirstPacket()
        : this.#packets.getNextPacket(before))
    } catch (error) {
      throw AudioError.fileCorrupt(this.#bytes.name, 'its packets cannot be found', error)
    }
  }
}

interface About {
  channels: Channels
  title: string | undefined
  durationS: number
  /** samples at 48 kHz that the encoder put before the sound */
  preSkip: number
}

function preSkipOf(description: ArrayBufferView | ArrayBufferLike | undefined): number {
  if (description === undefined) return 0
  const head = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
  return parseOpusHead(head)?.preSkip ?? 0
}

import type { OpusHead } from '../container/opus-header.ts'
import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { OpusDecoder } from '../opus/decoder.ts'
import type { Bytes } from './bytes.ts'
import { OpusPackets } from './opus-packets.ts'
import type { OpusPacket, OpusScan } from './opus-packets.ts'
import type { PcmStream } from './pcm-stream.ts'

/** Ogg Opus decoded, with pre-skip, end trimming and output gain after RFC 7845. */
export class OpusStream implements PcmStream {
  readonly sampleRate: number = SAMPLE_RATE
  readonly channels: Channels
  readonly title: string | undefined
  readonly durationS: number
  readonly #bytes: Bytes
  readonly #decoder: OpusDecoder
  #packets: OpusPackets
  #head: OpusHead | undefined
  /** samples of this logical stream decoded so far, pre-skip included */
  #decoded = 0
  /** granule position of the stream's first sample; a recording of a live stream need not begin at 0 */
  #startGranule: number | undefined

  constructor(bytes: Bytes, scan: OpusScan) {
    this.#bytes = bytes
    this.#packets = new OpusPackets(bytes)
    this.channels = scan.head.channels === 1 ? 1 : 2
    this.#decoder = new OpusDecoder({ channels: this.channels })
    this.title = scan.title
    this.durationS = scan.durationS
  }

  async read(): Promise<Float32Array | undefined> {
    for (;;) {
      const found = await this.#packets.next()
      if (found === undefined) return undefined
      if (found.head !== this.#head) this.#beginStream(found.head)
      const pcm = this.#decode(found)
      if (pcm.length > 0) return pcm
    }
  }

  rewind(): Promise<void> {
    this.#packets = new OpusPackets(this.#bytes)
    this.#head = undefined
    return Promise.resolve()
  }

  close(): Promise<void> {
    return this.#bytes.close()
  }

  #beginStream(head: OpusHead): void {
    this.#head = head
    this.#decoded = 0
    this.#startGranule = undefined
    this.#decoder.reset()
  }

  #decode(found: OpusPacket): Float32Array {
    const before = this.#decoded
    this.#decoded += found.samples
    const from = Math.max(0, Math.min(found.samples, found.head.preSkip - before))
    const to = Math.max(from, Math.min(found.samples, this.#endOf(found) - before))
    const pcm = this.#decoder.decode(found.packet).slice(from * this.channels, to * this.channels)
    if (found.head.outputGain === 0) return pcm
    const gain = 10 ** (found.head.outputGain / 256 / 20)
    return pcm.map((sample) => sample * gain)
  }

  /** Where the stream ends, in decoded samples: the last page's granule position may cut the last packet. */
  #endOf({ granule, endsStream }: OpusPacket): number {
    if (granule === undefined) return this.#decoded
    // A stream of a single page begins at 0, whatever is cut from its end (RFC 7845 section 4.4).
    this.#startGranule ??= endsStream ? 0 : granule - this.#decoded
    return endsStream ? granule - this.#startGranule : this.#decoded
  }
}

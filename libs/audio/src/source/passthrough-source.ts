import type { Channels } from '../format.ts'
import type { Bytes } from './bytes.ts'
import { OpusPackets } from './opus-packets.ts'
import type { OpusScan } from './opus-packets.ts'
import type { AudioSource, SourceItem } from './source.ts'

/** The packets of an Ogg Opus file, bit for bit; nothing is decoded, so pre-skip and end trimming stay in what is heard. */
export class PassthroughSource implements AudioSource {
  readonly channels: Channels
  readonly title: string | undefined
  readonly durationS: number
  readonly #bytes: Bytes
  readonly #loop: boolean
  #packets: OpusPackets
  #heardInPass = false
  #closed = false

  constructor(bytes: Bytes, scan: OpusScan, loop: boolean) {
    this.#bytes = bytes
    this.#loop = loop
    this.#packets = new OpusPackets(bytes)
    this.channels = scan.head.channels === 1 ? 1 : 2
    this.title = scan.title
    this.durationS = scan.durationS
  }

  async read(): Promise<SourceItem | undefined> {
    while (!this.#closed) {
      const found = await this.#packets.next()
      if (found !== undefined) {
        this.#heardInPass = true
        return { kind: 'opus', packet: found.packet, samples: found.samples }
      }
      if (!this.#loop || !this.#heardInPass) return undefined
      this.#heardInPass = false
      this.#packets = new OpusPackets(this.#bytes)
    }
    return undefined
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#bytes.close()
  }
}

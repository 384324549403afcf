import { randomInt } from 'node:crypto'
import { OggOpusWriter } from '../container/ogg-opus-writer.ts'
import type { Channels } from '../format.ts'
import { concealmentToc, frameSamplesOfToc, packetSamples } from '../opus/packet.ts'
import { AppendFile } from './append-file.ts'
import type { BlockWriter } from './paced-sink.ts'
import type { PlayedSlot, SinkIo } from './sink.ts'

/** Longer packets do not fit one page; no legal Opus packet of 20 ms comes near. */
const MAX_PACKET_BYTES = 255 * 254

/**
 * Ogg Opus of the packets that were played, bit for bit. What was concealed becomes packets without audio, which make the
 * player conceal it again, so that the timeline is kept. Recording begins with the first packet. A killed process leaves a
 * playable file that lacks the last second at most.
 */
export class OpusFileWriter implements BlockWriter {
  readonly #path: string
  readonly #ogg: OggOpusWriter
  #file: AppendFile | undefined
  #lastToc: number | undefined
  #lastSamples = 0
  /** concealed samples shorter than the shortest frame of the mode, to be made up for */
  #owedSamples = 0
  #pulledSamples = 0
  readonly #channels: Channels

  constructor(path: string, channels: Channels) {
    this.#path = path
    this.#channels = channels
    this.#ogg = new OggOpusWriter({ channels, serial: randomInt(2 ** 32) })
  }

  async open({ onError }: Pick<SinkIo, 'onError'>): Promise<void> {
    this.#file = await AppendFile.create(this.#path, this.#ogg.headers())
    this.#file.onError = onError
  }

  slot(slot: PlayedSlot): void {
    if (slot.kind === 'concealed') return this.#conceal(slot.samples)
    const samples = packetSamples(slot.payload)
    if (samples === undefined || slot.payload.length > MAX_PACKET_BYTES) return
    this.#lastToc = slot.payload[0]
    this.#add(slot.payload, samples)
  }

  write(block: Float32Array): void {
    if (this.#lastToc !== undefined) this.#pulledSamples += block.length / this.#channels
  }

  async close(): Promise<void> {
    // A packet longer than a block may have been played in part: the file ends where the sound did.
    const unheard = this.#ogg.samples - this.#pulledSamples
    this.#file?.append(this.#ogg.end(Math.min(this.#lastSamples, Math.max(0, unheard))))
    await this.#file?.close()
  }

  #conceal(samples: number): void {
    if (this.#lastToc === undefined) return
    this.#owedSamples += samples
    for (;;) {
      const toc = concealmentToc(this.#lastToc, this.#owedSamples)
      const step = frameSamplesOfToc(toc)
      if (step > this.#owedSamples) return
      this.#add(Uint8Array.of(toc), step)
      this.#owedSamples -= step
    }
  }

  #add(packet: Uint8Array, samples: number): void {
    const page = this.#ogg.add(packet, samples)
    this.#lastSamples = samples
    if (page !== undefined) this.#file?.append(page)
  }
}

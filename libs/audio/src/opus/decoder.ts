import { Decoder } from '@evan/opus'
import { FRAME_SAMPLES, MAX_PACKET_SAMPLES, SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { concealmentToc, frameSamplesOfToc, packetSamples } from './packet.ts'

/**
 * libopus at 48 kHz into `channels` (a mono packet fills both). Never throws: a packet that libopus refuses is concealed and
 * counted.
 */
export class OpusDecoder {
  readonly channels: Channels
  /** packets that were no legal Opus packets, concealed instead */
  corruptPackets = 0
  readonly #decoder: Decoder
  readonly #pcm: Float32Array
  /** A packet of one byte makes libopus conceal one frame; reused. */
  readonly #concealment = new Uint8Array(1)
  #lastToc: number | undefined
  #lastSamples: number = FRAME_SAMPLES

  constructor(options: { channels: Channels }) {
    this.channels = options.channels
    this.#decoder = new Decoder({ channels: options.channels, sample_rate: SAMPLE_RATE })
    this.#pcm = new Float32Array(MAX_PACKET_SAMPLES * options.channels)
  }

  /**
   * @param packet one Opus packet of any legal duration
   * @returns interleaved samples; a view that the next call overwrites
   */
  decode(packet: Uint8Array): Float32Array {
    const samples = packetSamples(packet)
    if (samples === undefined || !this.#decodeInto(packet, samples, 0)) {
      this.corruptPackets++
      return this.conceal(samples ?? this.#lastSamples)
    }
    this.#lastToc = packet[0]
    this.#lastSamples = samples
    return this.#pcm.subarray(0, samples * this.channels)
  }

  /**
   * What libopus makes of missing audio: it carries the last sound on and fades it out. Silence before the first packet.
   * @param samples a channel; more than 5760 (120 ms) is cut to that
   * @returns interleaved samples; a view that the next call overwrites
   */
  conceal(samples: number): Float32Array {
    const wanted = Math.min(Math.max(0, Math.round(samples)), MAX_PACKET_SAMPLES)
    let made = 0
    while (this.#lastToc !== undefined && made < wanted) {
      const toc = concealmentToc(this.#lastToc, wanted - made)
      const step = frameSamplesOfToc(toc)
      this.#concealment[0] = toc
      // A rest shorter than the mode's shortest frame runs over; the overrun is dropped with the subarray below.
      if (made + step > MAX_PACKET_SAMPLES || !this.#decodeInto(this.#concealment, step, made)) break
      made += step
    }
    if (made < wanted) this.#pcm.fill(0, made * this.channels, wanted * this.channels)
    return this.#pcm.subarray(0, wanted * this.channels)
  }

  /** Forget the past, as for the first packet of another stream. */
  reset(): void {
    this.#decoder.reset()
    this.#lastToc = undefined
    this.#lastSamples = FRAME_SAMPLES
  }

  #decodeInto(packet: Uint8Array, samples: number, at: number): boolean {
    const bytes = this.#tryDecode(packet)
    const count = samples * this.channels
    if (bytes === undefined || bytes.byteLength !== count * 2) return false
    const pcm16 = new Int16Array(bytes.buffer, bytes.byteOffset, count)
    const start = at * this.channels
    for (let i = 0; i < count; i++) this.#pcm[start + i] = (pcm16[i] ?? 0) / 32768
    return true
  }

  #tryDecode(packet: Uint8Array): Uint8Array | undefined {
    try {
      return this.#decoder.decode(packet)
    } catch {
      return undefined
    }
  }
}

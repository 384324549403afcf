import { Encoder } from '@evan/opus'
import { AudioError } from '../error.ts'
import { bitrateOf, channelsOf, FRAME_SAMPLES, SAMPLE_RATE, toInt16 } from '../format.ts'
import type { Channels, StreamSettings } from '../format.ts'

/** What share of packets the voice encoder prepares for losing: it decides how much forward error correction is spent. */
const EXPECTED_LOSS_PERCENT = 10

/** libopus at 48 kHz, one 20 ms packet a call. The settings are the profile's unless given. */
export class OpusEncoder {
  readonly channels: Channels
  readonly bitrate: number
  readonly #encoder: Encoder
  readonly #pcm16: Int16Array

  constructor(settings: StreamSettings) {
    this.channels = channelsOf(settings)
    this.bitrate = bitrateOf(settings)
    const voice = settings.profile === 'voice'
    this.#encoder = new Encoder({
      channels: this.channels,
      sample_rate: SAMPLE_RATE,
      application: voice ? 'voip' : 'audio',
    })
    this.#encoder.bitrate = this.bitrate
    if (voice) {
      this.#encoder.signal = 'voice'
      this.#encoder.inband_fec = true
      this.#encoder.packet_loss = EXPECTED_LOSS_PERCENT
    }
    this.#pcm16 = new Int16Array(FRAME_SAMPLES * this.channels)
  }

  /**
   * @param pcm one frame: 960 interleaved samples a channel, -1..1 (beyond is clipped)
   * @returns one Opus packet in memory of its own
   * @throws AudioError BAD_FRAME_SIZE
   */
  encode(pcm: Float32Array): Uint8Array {
    const pcm16 = this.#pcm16
    if (pcm.length !== pcm16.length) throw AudioError.badFrameSize(pcm.length, pcm16.length)
    for (let i = 0; i < pcm16.length; i++) pcm16[i] = toInt16(pcm[i] ?? 0)
    return this.#encoder.encode(pcm16)
  }
}

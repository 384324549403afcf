/** The one sample rate inside pearCast; everything else is converted at the edge. */
export const SAMPLE_RATE = 48_000

/** What a file may have; libsamplerate goes up to 192 kHz. */
export function isSupportedRate(sampleRate: number): boolean {
  return sampleRate >= 4000 && sampleRate <= 192_000
}

/** 20 ms at 48 kHz: what is encoded as one packet and pulled as one block. */
export const FRAME_SAMPLES = 960

/** The longest Opus packet: 120 ms (RFC 6716 section 3.2.5). */
export const MAX_PACKET_SAMPLES = 5760

export type Channels = 1 | 2

/** What the station sends: speech (mono, robust against loss) or music (stereo). */
export type Profile = 'voice' | 'music'

/** One description of the stream serves both the source and the encoder. */
export interface StreamSettings {
  profile: Profile
  /** bit/s; default 32 000 for voice, 96 000 for music */
  bitrate?: number | undefined
  /** default 1 for voice, 2 for music */
  channels?: Channels | undefined
}

export function channelsOf(settings: StreamSettings): Channels {
  return settings.channels ?? (settings.profile === 'voice' ? 1 : 2)
}

export function bitrateOf(settings: StreamSettings): number {
  return settings.bitrate ?? (settings.profile === 'voice' ? 32_000 : 96_000)
}

/** Float sample in -1..1 to 16 bit, clipped; NaN becomes 0. */
export function toInt16(sample: number): number {
  const scaled = Math.round(sample * 32768)
  return scaled > 32767 ? 32767 : scaled < -32768 ? -32768 : scaled | 0
}

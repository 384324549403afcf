import type { GlobalOptions } from '../options/global.ts'

/** `pearcast broadcast`, parsed. */
export interface BroadcastOptions extends GlobalOptions {
  loop?: true
  shuffle?: true
  /** of the shuffling */
  seed?: number
  /** dB */
  gain?: number
  /** of standard input: ffmpeg's name */
  format?: string
  /** of bare PCM on standard input, Hz */
  rate?: number
  /** of bare PCM on standard input */
  channels?: number
  /** stay on air after the input has ended */
  stay?: true
  allowTruncated?: true
  title?: string
  bitrate?: number
  profile: 'voice' | 'music'
  station: string
  waitListeners: number
  maxListeners: number
  /** bit/s */
  uplink?: number
  /** DHT keys of relays, hex */
  via?: readonly string[]
  /** named relays only */
  privateIp?: true
}

import type { GlobalOptions } from '../options/global.ts'

/** `pearcast broadcast`, parsed. */
export interface BroadcastOptions extends GlobalOptions {
  loop?: true
  allowTruncated?: true
  title?: string
  bitrate?: number
  profile: 'voice' | 'music'
  station: string
  waitListeners: number
  maxListeners: number
  /** bit/s */
  uplink?: number
}

import type { GlobalOptions } from '../options/global.ts'

/** `pearcast listen`, parsed. */
export interface ListenOptions extends GlobalOptions {
  output: string
  /** per cent */
  volume?: number
  /** id or name of an output device */
  device?: string
  duration?: number
  /** ms */
  buffer?: number
  wait?: number
  /** pass on what is heard */
  relay: 'auto' | 'off'
  /** bit/s that this may use */
  uplink?: number
  /** pass on the signaling of others */
  assist: boolean
  /** replace a recording that exists */
  force?: true
  /** keep the station under this name */
  save?: string
}

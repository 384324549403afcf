import type { GlobalOptions } from '../options/global.ts'

/** `pearcast relay`, parsed. */
export interface RelayOptions extends GlobalOptions {
  /** bit/s, of all stations together */
  uplink?: number
  /** of each station */
  maxChildren?: number
  stationsFile?: string
}

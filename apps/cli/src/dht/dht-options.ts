import type { GlobalOptions } from '../options/global.ts'

/** `pearcast dht`, parsed. */
export interface DhtOptions extends GlobalOptions {
  nodes: number
  port?: number
}

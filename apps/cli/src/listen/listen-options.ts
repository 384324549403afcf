import type { GlobalOptions } from '../options/global.ts'

/** `pearcast listen`, parsed. */
export interface ListenOptions extends GlobalOptions {
  output: string
  duration?: number
  wait?: number
}

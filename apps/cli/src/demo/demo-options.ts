import type { GlobalOptions } from '../options/global.ts'

/** `pearcast demo`, parsed. */
export interface DemoOptions extends GlobalOptions {
  duration: number
  keep?: string
  /** whether the user gave it, so that both legs are the default */
  isPathChosen: boolean
  isBootstrapChosen: boolean
}

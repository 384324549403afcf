import type { GlobalOptions } from '../options/global.ts'

/** `pearcast ui`, parsed. */
export interface UiOptions extends GlobalOptions {
  open: boolean
  port?: number
}

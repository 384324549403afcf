import type { GlobalOptions } from '../options/global.ts'

/** `pearcast ui`, parsed. */
export interface UiOptions extends GlobalOptions {
  open: boolean
  port?: number
  /** This is the process behind the page, not the one that looks after it. */
  engine?: boolean
}

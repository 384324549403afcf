import type { GlobalOptions } from '../options/global.ts'

/** `pearcast station …`, parsed. */
export interface StationOptions extends GlobalOptions {
  name?: string
  passphraseFile?: string
  yes?: true
}

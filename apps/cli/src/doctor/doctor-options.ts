import type { GlobalOptions } from '../options/global.ts'

/** `pearcast doctor`, parsed. */
export type DoctorOptions = GlobalOptions

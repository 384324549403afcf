declare module 'sodium-universal' {
  import type { Sodium } from '@pearcast/protocol'

  /** Only what is used here. A CommonJS module, so ESM sees one default export. */
  const sodium: Sodium & { randombytes_buf(output: Uint8Array): void }
  export default sodium
}

declare module 'sodium-universal' {
  import type { Sodium } from '@pearcast/protocol'

  /** Only what the protocol is given. A CommonJS module, so ESM sees one default export. */
  const sodium: Sodium
  export default sodium
}

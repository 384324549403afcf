/** What this library calls itself; everything else goes through the protocol's `Sodium` parameter. */
declare module 'sodium-universal' {
  import type { Sodium } from '@pearcast/protocol'

  export function randombytes_buf(output: Uint8Array): void
  const sodium: Sodium
  export default sodium
}

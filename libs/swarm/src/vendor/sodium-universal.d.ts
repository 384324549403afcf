/** What this library calls itself; everything else goes through the protocol's `Sodium` parameter. */
declare module 'sodium-universal' {
  import type { Sodium } from '@pearcast/protocol'

  const sodium: Sodium & { randombytes_buf(output: Uint8Array): void }
  export default sodium
}

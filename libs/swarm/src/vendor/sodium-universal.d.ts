/** What this library calls itself; everything else goes through the protocol's `Sodium` parameter. */
declare module 'sodium-universal' {
  const sodium: import('@pearcast/protocol').Sodium & { randombytes_buf(output: Uint8Array): void }
  export default sodium
}

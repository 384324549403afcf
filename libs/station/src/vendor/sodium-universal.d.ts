/** What sealing an export takes; everything else goes through the protocol's `Sodium` parameter. */
declare module 'sodium-universal' {
  import type { Sodium } from '@pearcast/protocol'

  /** Resolves when `output` is filled. Takes `memlimit` bytes of memory and runs on a thread of its own. */
  export function crypto_pwhash_async(
    output: Uint8Array,
    passphrase: Uint8Array,
    salt: Uint8Array,
    opslimit: number,
    memlimit: number,
    algorithm: number,
  ): Promise<void>
  /** Returns the number of bytes written: message + 16. */
  export function crypto_aead_xchacha20poly1305_ietf_encrypt(
    ciphertext: Uint8Array,
    message: Uint8Array,
    associatedData: Uint8Array | null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number
  /** Returns the number of bytes written. Throws when the ciphertext is forged or the key is another. */
  export function crypto_aead_xchacha20poly1305_ietf_decrypt(
    message: Uint8Array,
    unused: null,
    ciphertext: Uint8Array,
    associatedData: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number
  const sodium: Sodium
  export default sodium
}

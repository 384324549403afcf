/**
 * The part of `sodium-universal` that the protocol uses, with its names and its convention: outputs first,
 * written into buffers of the exact size. Pass `sodium-universal` itself.
 *
 * Sizes in bytes: public key 32, secret key 64, seed 32, signature 64; generic hash output 16..64, key 16..64;
 * AEAD key 32, nonce 12, tag 16.
 */
export interface Sodium {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
  crypto_sign_keypair(publicKey: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  crypto_generichash(output: Uint8Array, input: Uint8Array, key?: Uint8Array): void
  crypto_generichash_batch(output: Uint8Array, inputs: readonly Uint8Array[], key?: Uint8Array): void
  /** Returns the number of bytes written: message + 16. */
  crypto_aead_chacha20poly1305_ietf_encrypt(
    ciphertext: Uint8Array,
    message: Uint8Array,
    associatedData: Uint8Array | null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number
  /** Returns the number of bytes written. Throws when the ciphertext is forged. */
  crypto_aead_chacha20poly1305_ietf_decrypt(
    message: Uint8Array,
    unused: null,
    ciphertext: Uint8Array,
    associatedData: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): number
  /** Constant-time comparison of two buffers of the same length. */
  sodium_memcmp(a: Uint8Array, b: Uint8Array): boolean
}

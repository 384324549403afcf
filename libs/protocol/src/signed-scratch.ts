import { concat, requireBytes } from './bytes.ts'
import { CONTEXT_BYTES } from './stream.ts'

/**
 * The bytes under a signature, `domain | context | message`, assembled in one buffer that is reused for every
 * frame. The views handed to the cryptography are kept by length, so a steady stream allocates nothing.
 */
export class SignedScratch {
  readonly #bytes: Uint8Array
  readonly #prefixBytes: number
  readonly #views = new Map<number, Uint8Array>()

  constructor(domain: Uint8Array, context: Uint8Array, maxMessageBytes: number) {
    requireBytes('the stream context', context, CONTEXT_BYTES)
    const prefix = concat([domain, context])
    this.#prefixBytes = prefix.length
    this.#bytes = new Uint8Array(prefix.length + maxMessageBytes)
    this.#bytes.set(prefix)
  }

  /** `message` may be longer than what is signed. The result is valid until the next call. */
  load(message: Uint8Array, signedBytes: number): Uint8Array {
    this.#bytes.set(message, this.#prefixBytes)
    const length = this.#prefixBytes + signedBytes
    const known = this.#views.get(length)
    if (known !== undefined) return known
    const view = this.#bytes.subarray(0, length)
    this.#views.set(length, view)
    return view
  }
}

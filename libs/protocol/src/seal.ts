import { readU64, requireBytes, writeU64 } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { LIMITS } from './limits.ts'
import { ReplayWindow } from './replay-window.ts'
import type { Sodium } from './sodium.ts'

/**
 *     sealed = counter u64 | ChaCha20-Poly1305-IETF ciphertext and 16-byte tag; nonce = 4 zero bytes | counter
 *
 * The key is fresh for each direction of each connection and came over the ordered, encrypted stream. The
 * datagrams of secret-stream itself are not used: their keys derive from the public handshake hash.
 */
export const SEAL_KEY_BYTES = 32
const COUNTER_BYTES = 8
const TAG_BYTES = 16
const NONCE_BYTES = 12
const COUNTER_IN_NONCE = NONCE_BYTES - COUNTER_BYTES

/**
 * The two views of a datagram in the buffer that it is sealed into. Making them costs a quarter of sealing, and a frame
 * goes to many children out of one buffer with one length: the latest views serve them all.
 */
interface SealViews {
  readonly out: Uint8Array
  readonly sealed: Uint8Array
  readonly ciphertext: Uint8Array
}

function viewsOf(out: Uint8Array, length: number): SealViews {
  const sealed = out.subarray(0, length)
  return { out, sealed, ciphertext: sealed.subarray(COUNTER_BYTES) }
}

function views(out: Uint8Array | undefined, length: number): SealViews {
  if (out === undefined) return viewsOf(new Uint8Array(length), length)
  if (latest.out !== out || latest.sealed.length !== length) latest = viewsOf(out, length)
  return latest
}

let latest: SealViews = viewsOf(new Uint8Array(COUNTER_BYTES), COUNTER_BYTES)

export class DatagramSealer {
  readonly #sodium: Sodium
  readonly #key: Uint8Array
  readonly #nonce = new Uint8Array(NONCE_BYTES)
  #counter = 0

  constructor(sodium: Sodium, key: Uint8Array) {
    requireBytes('the seal key', key, SEAL_KEY_BYTES)
    this.#sodium = sodium
    this.#key = new Uint8Array(key)
  }

  /**
   * Seals into a fresh buffer, or into the front of `out`, which may be larger and is returned as a view. Do not
   * reuse `out` before the socket is done with it: udx keeps a reference until the packet has left.
   */
  seal(plaintext: Uint8Array, out?: Uint8Array): Uint8Array {
    const length = COUNTER_BYTES + plaintext.length + TAG_BYTES
    if (plaintext.length < 1 || plaintext.length > LIMITS.maxPlaintextBytes) {
      throw ProtocolError.bytes('the plaintext', `1 to ${LIMITS.maxPlaintextBytes}`, plaintext.length)
    }
    if (out !== undefined && out.length < length)
      throw ProtocolError.bytes('out', `at least ${length}`, out.length)
    if (this.#counter > Number.MAX_SAFE_INTEGER - 1) throw ProtocolError.sealExhausted()
    const counter = this.#counter++
    const { ciphertext, sealed } = views(out, length)
    writeU64(sealed, 0, counter)
    writeU64(this.#nonce, COUNTER_IN_NONCE, counter)
    this.#sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
      ciphertext,
      plaintext,
      null,
      null,
      this.#nonce,
      this.#key,
    )
    return sealed
  }
}

export class DatagramOpener {
  readonly #sodium: Sodium
  readonly #key: Uint8Array
  readonly #nonce = new Uint8Array(NONCE_BYTES)
  readonly #window = new ReplayWindow()
  #forged = 0
  #replayed = 0
  #tooOld = 0

  constructor(sodium: Sodium, key: Uint8Array) {
    requireBytes('the seal key', key, SEAL_KEY_BYTES)
    this.#sodium = sodium
    this.#key = new Uint8Array(key)
  }

  /** Datagrams of impossible length or with a wrong tag. */
  get forged(): number {
    return this.#forged
  }

  /** Datagrams whose counter had been opened before. */
  get replayed(): number {
    return this.#replayed
  }

  /** Datagrams more than 1024 counters behind: a replay or a very late original, nobody can tell. */
  get tooOld(): number {
    return this.#tooOld
  }

  /** The plaintext in a fresh buffer, or undefined for anything but the first copy of a genuine datagram. */
  open(sealed: Uint8Array): Uint8Array | undefined {
    const plaintextBytes = sealed.length - LIMITS.sealOverheadBytes
    const counter = readU64(sealed, 0)
    if (plaintextBytes < 1 || sealed.length > LIMITS.maxDatagramBytes || counter > Number.MAX_SAFE_INTEGER) {
      this.#forged++
      return undefined
    }
    // The window is asked first because it is cheap, and moved on last: a forged counter must not move it.
    if (!this.#window.accepts(counter)) {
      if (this.#window.isTooOld(counter)) this.#tooOld++
      else this.#replayed++
      return undefined
    }
    writeU64(this.#nonce, COUNTER_IN_NONCE, counter)
    const plaintext = new Uint8Array(plaintextBytes)
    if (!this.#decrypt(plaintext, sealed.subarray(COUNTER_BYTES))) {
      this.#forged++
      return undefined
    }
    this.#window.mark(counter)
    return plaintext
  }

  #decrypt(plaintext: Uint8Array, ciphertext: Uint8Array): boolean {
    try {
      this.#sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
        plaintext,
        null,
        ciphertext,
        null,
        this.#nonce,
        this.#key,
      )
      return true
    } catch {
      return false
    }
  }
}

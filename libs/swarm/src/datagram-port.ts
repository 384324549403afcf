import type { RawStream } from '@hyperswarm/secret-stream'
import { DatagramOpener, DatagramSealer, LIMITS, type Sodium } from '@pearcast/protocol'

/** Counts since the link opened. */
export interface DatagramStats {
  datagramsSent: number
  /** Opened and passed on. */
  datagramsReceived: number
  /** Not sent: the kernel's queue for this peer was full. */
  datagramsDropped: number
  forged: number
  /** Replayed, or older than the replay window. */
  replayed: number
  /** Too short to be sealed. */
  malformed: number
}

/** The part of a UDX stream that carries datagrams. */
export type DatagramTransport = Pick<RawStream, 'trySend' | 'unsent'> & {
  on(event: 'message', listener: (datagram: Uint8Array) => void): unknown
  off(event: 'message', listener: (datagram: Uint8Array) => void): unknown
}

/** Waiting for the socket to become writable, for one peer: a second of audio. */
const MAX_QUEUED = 64

/**
 * Every link seals into this one buffer: udx writes to the socket before `trySend` returns. When the socket is not
 * writable it keeps the buffer instead, and the next datagram gets another one.
 */
let scratch = new Uint8Array(LIMITS.maxDatagramBytes)

/** Sealed datagrams on a UDX stream, beside the ordered bytes of the same connection. */
export class DatagramPort {
  onDatagram: ((plaintext: Uint8Array) => void) | undefined
  /** Longest plaintext that the path and the peer take. */
  readonly maxPlaintextBytes: number
  readonly #raw: DatagramTransport
  readonly #sealer: DatagramSealer
  readonly #opener: DatagramOpener
  readonly #onMessage = (sealed: Uint8Array): void => this.receive(sealed)
  #sent = 0
  #received = 0
  #dropped = 0
  #malformed = 0
  #open = true

  constructor(options: {
    raw: DatagramTransport
    sodium: Sodium
    /** The key that we sent: the peer opens with it. */
    localKey: Uint8Array
    /** The key that the peer sent. */
    remoteKey: Uint8Array
    maxDatagramBytes: number
  }) {
    this.#raw = options.raw
    this.#sealer = new DatagramSealer(options.sodium, options.localKey)
    this.#opener = new DatagramOpener(options.sodium, options.remoteKey)
    this.maxPlaintextBytes =
      Math.min(options.maxDatagramBytes, LIMITS.maxDatagramBytes) - LIMITS.sealOverheadBytes
    this.#raw.on('message', this.#onMessage)
  }

  /** False when it is too long, the link is closed, or the kernel's queue is full. Keeps no reference. */
  send(plaintext: Uint8Array): boolean {
    if (!this.#open || plaintext.length > this.maxPlaintextBytes) return false
    if (unsent(this.#raw) > MAX_QUEUED) {
      this.#dropped++
      return false
    }
    const sealed = this.#sealer.seal(plaintext, scratch)
    this.#raw.trySend(sealed)
    if (unsent(this.#raw) !== 0) scratch = new Uint8Array(LIMITS.maxDatagramBytes)
    this.#sent++
    return true
  }

  stats(): DatagramStats {
    return {
      datagramsSent: this.#sent,
      datagramsReceived: this.#received,
      datagramsDropped: this.#dropped,
      forged: this.#opener.forged,
      replayed: this.#opener.replayed,
      malformed: this.#malformed,
    }
  }

  close(): void {
    this.#open = false
    this.onDatagram = undefined
    this.#raw.off('message', this.#onMessage)
  }

  /** From the stream. Hot. */
  receive(sealed: Uint8Array): void {
    if (sealed.length < LIMITS.sealOverheadBytes) {
      // HyperDHT itself sends an empty one when it moves a connection to another path.
      if (sealed.length > 0) this.#malformed++
      return
    }
    const plaintext = this.#opener.open(sealed)
    if (!plaintext) return
    this.#received++
    this.onDatagram?.(plaintext)
  }
}

/** Datagrams of this stream that still wait for the socket; NaN, which means "assume so", when udx cannot tell. */
function unsent(raw: DatagramTransport): number {
  return raw.unsent ?? Number.NaN
}

import {
  decodeRouted,
  encodeRouted,
  type KeyPair,
  ProtocolError,
  type RoutedEnvelope,
  type RoutedPayload,
  signEnvelope,
  type Sodium,
  verifyEnvelope,
} from '@pearcast/protocol'
import type { PeerLink } from '../peer-link.ts'

export interface PostOptions {
  sodium: Sodium
  /** Of the connection that the other end knows as `from`. */
  keyPair: KeyPair
  remoteKey: Uint8Array
  /** To the peer in between. */
  helper: PeerLink
  /** Unix time, ms. */
  now: () => number
}

/** Writes to one far end, through whichever peer in between brought its latest word. */
export class Post {
  /** The latest link that led there. */
  helper: PeerLink
  readonly keyPair: KeyPair
  readonly remoteKey: Uint8Array
  readonly #sodium: Sodium
  readonly #now: () => number

  constructor({ sodium, keyPair, remoteKey, helper, now }: PostOptions) {
    this.#sodium = sodium
    this.keyPair = keyPair
    this.remoteKey = remoteKey
    this.helper = helper
    this.#now = now
  }

  get isOpen(): boolean {
    return this.helper.isOpen
  }

  send(payload: RoutedPayload): void {
    const fields = { to: this.remoteKey, sentMs: this.#now(), payload: encodeRouted(payload) }
    this.helper.send({ type: 'routed', envelope: signEnvelope(this.#sodium, this.keyPair, fields) })
  }
}

/** What an envelope for us holds; undefined for one that is not to be believed or understood. */
export function openEnvelope(
  sodium: Sodium,
  envelope: RoutedEnvelope,
  { to, nowMs }: { to: Uint8Array; nowMs: number },
): RoutedPayload | undefined {
  try {
    verifyEnvelope(sodium, envelope, { to, nowMs })
    return decodeRouted(envelope.payload)
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

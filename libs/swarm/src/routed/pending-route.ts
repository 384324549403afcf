import {
  type ControlMessage,
  encodeControl,
  ROUTED_NONCE_BYTES,
  ROUTED_SESSION_BYTES,
  routedBinding,
  type RoutedPayload,
} from '@pearcast/protocol'
import { Handshake, type HandshakeOptions, type HandshakeStep, type Refusal } from '../handshake.ts'
import type { LinkEnd, PeerLink } from '../peer-link.ts'
import { randomBytes } from '../random.ts'
import { Post, type PostOptions } from './post.ts'
import { readMessage, RoutedLink } from './routed-link.ts'

export interface PendingRouteOptions extends PostOptions {
  handshake: Omit<HandshakeOptions, 'binding' | 'sealKey' | 'send'>
  /** The nonce with which the other end opened the session; without, we open it. */
  theirNonce?: Uint8Array
  timeoutMs: number
  onLink: (link: RoutedLink) => void
  onRefused: (refusal: Refusal) => void
  /** The open link ended. */
  onEnd: (link: RoutedLink, end: LinkEnd) => void
}

/**
 * A routed session on its way to being a link. Both ends prove themselves as on a connection, over a binding that both
 * nonces enter. Exactly one of `onLink` and `onRefused` is called, unless it is aborted.
 */
export class PendingRoute {
  readonly #options: PendingRouteOptions
  readonly #post: Post
  readonly #nonce = randomBytes(ROUTED_NONCE_BYTES)
  readonly #timer: ReturnType<typeof setTimeout>
  #session: { id: Uint8Array; handshake: Handshake; options: HandshakeOptions } | undefined
  #sent = 0
  #received = -1
  #link: RoutedLink | undefined
  #settled = false

  constructor(options: PendingRouteOptions) {
    this.#options = options
    this.#post = new Post(options)
    this.#timer = setTimeout(
      () => this.#refuse({ code: 'TIMEOUT', detail: `no proof within ${options.timeoutMs} ms` }),
      options.timeoutMs,
    )
    const { theirNonce } = options
    if (theirNonce) {
      this.#post.send({ kind: 'opened', nonce: theirNonce, answer: this.#nonce })
      this.#begin(theirNonce, this.#nonce)
    } else {
      this.#post.send({ kind: 'open', nonce: this.#nonce })
    }
  }

  /** From an envelope that the other end has signed. */
  receive(payload: RoutedPayload, helper: PeerLink): void {
    if (payload.kind === 'message') return this.#receiveMessage(payload, helper)
    const isAnswer = payload.kind === 'opened' && !this.#options.theirNonce && !this.#session
    if (isAnswer && sameBytes(payload.nonce, this.#nonce)) this.#begin(this.#nonce, payload.answer)
  }

  /** Without a callback; an open link is not touched. */
  abort(): void {
    this.#settle()
  }

  #begin(initiatorNonce: Uint8Array, responderNonce: Uint8Array): void {
    const { sodium, theirNonce } = this.#options
    const { keyPair, remoteKey } = this.#post
    const [initiatorKey, responderKey] = theirNonce
      ? [remoteKey, keyPair.publicKey]
      : [keyPair.publicKey, remoteKey]
    const keys = { initiatorKey, responderKey, initiatorNonce, responderNonce }
    const handshakeHash = routedBinding(sodium, keys)
    const options: HandshakeOptions = {
      ...this.#options.handshake,
      binding: { localKey: keyPair.publicKey, remoteKey, handshakeHash },
      // Datagrams go over DTLS later; the handshake has a place for a key all the same.
      sealKey: randomBytes(32),
      send: (...messages) => messages.forEach((message) => this.#send(message)),
    }
    const handshake = new Handshake(options)
    this.#session = { id: handshakeHash.slice(0, ROUTED_SESSION_BYTES), handshake, options }
    handshake.begin()
  }

  #send(message: ControlMessage): void {
    const session = this.#session?.id
    if (!session) return
    this.#post.send({ kind: 'message', session, counter: this.#sent++, message: encodeControl(message) })
  }

  #receiveMessage(payload: Extract<RoutedPayload, { kind: 'message' }>, helper: PeerLink): void {
    const session = this.#session
    if (!session || !sameBytes(payload.session, session.id) || payload.counter <= this.#received) return
    this.#received = payload.counter
    this.#post.helper = helper
    const message = readMessage(payload.message)
    if (this.#link) return this.#link.receive(message)
    if (message === undefined || this.#settled) return
    if (message === 'malformed') return this.#refuse({ code: 'PROTOCOL', detail: 'a malformed message' })
    this.#step(session.handshake.receive(message), session.options)
  }

  #step(step: HandshakeStep, handshake: HandshakeOptions): void {
    if (step.type === 'refused') return this.#refuse(step.refusal)
    if (step.type === 'waiting') return
    this.#settle()
    const link: RoutedLink = new RoutedLink({
      peer: step.peer,
      handshake,
      envelopes: {
        isOpen: () => this.#post.isOpen,
        send: (message) => this.#send(message),
      },
      remoteKey: this.#post.remoteKey,
      now: this.#options.now,
      onEnd: (end) => this.#options.onEnd(link, end),
    })
    this.#link = link
    this.#options.onLink(link)
  }

  #refuse(refusal: Refusal): void {
    if (this.#settled) return
    this.#settle()
    this.#options.onRefused(refusal)
  }

  #settle(): void {
    this.#settled = true
    clearTimeout(this.#timer)
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

import type { SecretStream } from '@hyperswarm/secret-stream'
import type { ByeReason, Via } from '@pearcast/protocol'
import { ControlChannel } from './control-channel.ts'
import { Handshake, type HandshakeOptions, type HandshakeStep, type Refusal } from './handshake.ts'
import { byeMessage, endGently } from './goodbye.ts'
import { OpenLink } from './open-link.ts'
import type { LinkEnd } from './peer-link.ts'
import { randomBytes } from './random.ts'

export interface PendingLinkOptions {
  /** Its Noise handshake is done. */
  conn: SecretStream
  topic: Uint8Array
  handshake: Omit<HandshakeOptions, 'binding' | 'sealKey' | 'send'>
  /** Asked once the peer is proven. */
  via: () => Via
  /** Unix time, ms. */
  now: () => number
  timeoutMs: number
  onLink: (link: OpenLink) => void
  onRefused: (refusal: Refusal) => void
  /** The open link ended. */
  onEnd: (link: OpenLink, end: LinkEnd) => void
}

/** The other side's silence costs a keep-alive each so often, and its death is noticed soon after, ms. */
const KEEP_ALIVE_MS = 2000

/** Datagrams that overtake the station's certificate: the frames of 300 ms. */
const MAX_EARLY = 16

/** A connection on its way to being a link: exactly one of `onLink` and `onRefused` is called, unless it is aborted. */
export class PendingLink {
  readonly #options: PendingLinkOptions
  readonly #conn: SecretStream
  readonly #channel: ControlChannel
  readonly #handshake: Handshake
  readonly #handshakeOptions: HandshakeOptions
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #onEarly = (sealed: Uint8Array): void => this.#keep(sealed)
  #early: Uint8Array[] = []
  #link: OpenLink | undefined
  #settled = false
  #error = 'the connection ended'

  constructor(options: PendingLinkOptions) {
    const { conn, now } = options
    this.#options = options
    this.#conn = conn
    conn.on('error', (error: Error) => {
      this.#error = error.message
    })
    conn.on('close', () => this.#lost())
    conn.setKeepAlive(KEEP_ALIVE_MS)
    if (options.handshake.opening !== undefined) conn.rawStream.on('message', this.#onEarly)
    this.#handshakeOptions = {
      ...options.handshake,
      binding: {
        localKey: conn.publicKey,
        remoteKey: conn.remotePublicKey,
        handshakeHash: conn.handshakeHash,
      },
      sealKey: randomBytes(32),
      send: (...messages) => this.#channel.send(...messages),
    }
    this.#handshake = new Handshake(this.#handshakeOptions)
    this.#timer = setTimeout(() => {
      this.#refuse({
        code: 'TIMEOUT',
        detail: `the peer did not prove itself within ${options.timeoutMs} ms`,
      })
    }, options.timeoutMs)
    this.#channel = new ControlChannel(
      conn,
      options.topic,
      {
        onMessage: (message) =>
          this.#link ? this.#link.receive(message) : this.#step(this.#handshake.receive(message)),
        onViolation: (detail) =>
          this.#link ? this.#link.violate(detail) : this.#refuse({ code: 'PROTOCOL', detail }),
        onClosed: () => (this.#link ? this.#link.lost('the peer closed the channel') : this.#unwanted()),
      },
      now,
    )
    this.#handshake.begin()
  }

  /** Drops the connection without a callback; an open link is not touched. */
  abort(reason: ByeReason = 'leaving', detail = ''): Promise<void> {
    if (this.#settled) return Promise.resolve()
    this.#settle()
    this.#channel.send(byeMessage(reason, detail))
    this.#channel.mute()
    return endGently(this.#conn)
  }

  #step(step: HandshakeStep): void {
    if (this.#settled) return
    if (step.type === 'refused') return this.#refuse(step.refusal)
    if (step.type === 'waiting') return
    this.#settle()
    const link: OpenLink = new OpenLink({
      conn: this.#conn,
      channel: this.#channel,
      peer: step.peer,
      handshake: this.#handshakeOptions,
      via: this.#options.via(),
      now: this.#options.now,
      onEnd: (end) => this.#options.onEnd(link, end),
    })
    this.#link = link
    this.#options.onLink(link)
    for (const sealed of this.#early) link.receiveDatagram(sealed)
    this.#early = []
  }

  /** An answer to what was said first need not be in order with the proof. */
  #keep(sealed: Uint8Array): void {
    if (this.#early.length < MAX_EARLY) this.#early.push(sealed)
  }

  #refuse(refusal: Refusal): void {
    if (this.#settled) return
    this.#settle()
    if (refusal.code !== 'BYE') {
      const reason = refusal.code === 'SUPERSEDED' ? 'superseded' : 'protocol'
      this.#channel.send(byeMessage(reason, refusal.detail))
    }
    this.#channel.mute()
    void endGently(this.#conn)
    this.#options.onRefused(refusal)
  }

  #unwanted(): void {
    this.#refuse({ code: 'IMPOSTOR', detail: 'the peer does not carry this station' })
  }

  #lost(): void {
    if (this.#link) return this.#link.lost(this.#error)
    if (this.#settled) return
    this.#settle()
    this.#channel.mute()
    this.#options.onRefused({ code: 'CLOSED', detail: this.#error })
  }

  #settle(): void {
    this.#settled = true
    clearTimeout(this.#timer)
    this.#conn.rawStream.off('message', this.#onEarly)
  }
}

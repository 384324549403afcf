import {
  type ByeReason,
  type Certificate,
  type ControlMessage,
  decodeControl,
  encodeControl,
  keyId,
  LIMITS,
  ProtocolError,
  type Role,
  type RoutedEnvelope,
  type VerifiedSession,
  type Via,
} from '@pearcast/protocol'
import type { Address } from '../address.ts'
import { ControlInbox } from '../control-inbox.ts'
import type { DatagramStats } from '../datagram-port.ts'
import { byeMessage } from '../goodbye.ts'
import {
  certificateMessage,
  checkCertificate,
  type HandshakeOptions,
  type ProvenPeer,
  type StationCredentials,
} from '../handshake.ts'
import type { LinkBearer, LinkEnd, PeerLink } from '../peer-link.ts'
import { type Rate, TokenBucket } from '../rate-limit.ts'

export interface RoutedLinkOptions {
  peer: ProvenPeer
  handshake: HandshakeOptions
  /** Until a connection of the two ends bears the link. */
  envelopes: { isOpen: () => boolean; send: (message: ControlMessage) => void }
  remoteKey: Uint8Array
  /** Unix time, ms. */
  now: () => number
  onEnd: (end: LinkEnd) => void
}

const MESSAGE_RATE: Rate = { burst: 200, perSecond: 100 }
/** A link that no connection bears by then never will: one negotiation takes 10 s at most, and a retry as much. */
const BEARER_MS = 20_000
/** A listener reports each second, a parent beats ten times as often: after so many seconds without either it is gone. */
const TICK_MS = 1000
const SILENT_TICKS = 15
/** A goodbye over the data channel leaves before its connection is closed. */
const GOODBYE_MS = 150

/**
 * A link between two peers that have no connection through the DHT. Its messages travel in envelopes, through a peer
 * that both are linked with, until a WebRTC connection of the two bears it (`attach`); from then on it lives as long as
 * that connection, and the peer in between may go. It carries no audio of its own.
 */
export class RoutedLink implements PeerLink {
  readonly id: string
  readonly remoteKey: Uint8Array
  readonly remoteRole: Role
  readonly via: Via = 'webrtc'
  /** Unknown, and so no reason to show a private address. */
  readonly remoteAddress: Address = { host: '0.0.0.0', port: 0 }
  readonly features: number
  readonly version: number
  readonly maxDatagramBytes: number = LIMITS.maxPlaintextBytes
  readonly rttMs = 0
  onDatagram: ((plaintext: Uint8Array) => void) | undefined
  onRouted: ((envelope: RoutedEnvelope) => void) | undefined
  onSession: ((session: VerifiedSession) => void) | undefined
  onClose: ((end: LinkEnd) => void) | undefined
  /** A connection bears it from now on. */
  onBorne: (() => void) | undefined
  readonly #options: RoutedLinkOptions
  readonly #messages: TokenBucket
  readonly #stats = {
    datagramsSent: 0,
    datagramsReceived: 0,
    datagramsDropped: 0,
    forged: 0,
    replayed: 0,
    malformed: 0,
  }
  readonly #bearerTimer: ReturnType<typeof setTimeout>
  readonly #ticker: ReturnType<typeof setInterval>
  #bearer: LinkBearer | undefined
  #silentTicks = 0
  #session: VerifiedSession | undefined
  readonly #inbox = new ControlInbox()
  #end: LinkEnd | undefined
  #gone: Promise<void> | undefined

  constructor(options: RoutedLinkOptions) {
    const { now, peer, remoteKey } = options
    this.#options = options
    this.id = keyId(remoteKey)
    this.remoteKey = remoteKey
    this.remoteRole = peer.hello.role
    this.features = peer.features
    this.version = peer.version
    this.#session = peer.session
    this.#messages = new TokenBucket(MESSAGE_RATE, now())
    this.#bearerTimer = setTimeout(() => this.lost('no connection came about'), BEARER_MS)
    this.#ticker = setInterval(() => {
      if (++this.#silentTicks > SILENT_TICKS) this.lost('nothing came for a long time')
    }, TICK_MS)
  }

  get session(): VerifiedSession | undefined {
    return this.#session
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  get stats(): DatagramStats {
    return { ...this.#stats }
  }

  get onControl(): ((message: ControlMessage) => void) | undefined {
    return this.#inbox.handler
  }

  set onControl(handler: ((message: ControlMessage) => void) | undefined) {
    this.#inbox.handler = handler
  }

  /** Messages and datagrams go over this connection from now on. */
  attach(bearer: LinkBearer): void {
    if (!this.isOpen) return
    clearTimeout(this.#bearerTimer)
    this.#bearer = bearer
    this.#silentTicks = 0
    this.onBorne?.()
  }

  /** The connection is gone, and so is the link: whoever still wants it opens another. */
  detach(bearer: LinkBearer): void {
    if (this.#bearer === bearer) this.lost('its connection ended')
  }

  send(...messages: readonly ControlMessage[]): void {
    for (const message of messages) if (this.isOpen) this.#sendOne(message)
  }

  #sendOne(message: ControlMessage): void {
    if (this.#bearer?.send(encodeControl(message)) === true) return
    if (this.#options.envelopes.isOpen()) this.#options.envelopes.send(message)
    else if (this.#bearer) this.lost('its connection takes no more messages')
  }

  sendDatagram(plaintext: Uint8Array): boolean {
    if (!this.#bearer || !this.isOpen || plaintext.length > this.maxDatagramBytes) return false
    const sent = this.#bearer.sendDatagram(plaintext)
    if (sent) this.#stats.datagramsSent++
    else this.#stats.datagramsDropped++
    return sent
  }

  close(reason: ByeReason = 'leaving', detail = ''): Promise<void> {
    if (this.isOpen) this.#goodbye(reason, detail, { kind: 'local', reason, detail })
    return this.#gone ?? Promise.resolve()
  }

  sendCertificate(credentials: StationCredentials): void {
    this.send(certificateMessage(this.#options.handshake, credentials))
  }

  /** A message of the connection that bears the link. */
  receiveMessage(bytes: Uint8Array): void {
    this.receive(readMessage(bytes))
  }

  /** A datagram of the connection that bears the link: DTLS has authenticated it. */
  receiveDatagram(plaintext: Uint8Array): void {
    if (!this.isOpen) return
    this.#silentTicks = 0
    if (plaintext.length > this.maxDatagramBytes) {
      this.#stats.malformed++
      return
    }
    this.#stats.datagramsReceived++
    this.onDatagram?.(plaintext)
  }

  receive(message: ControlMessage | 'malformed' | undefined): void {
    if (!this.isOpen || message === undefined) return
    this.#silentTicks = 0
    if (message === 'malformed') return this.#violate('a malformed message')
    if (!this.#messages.take(this.#options.now())) return this.#violate('too many control messages')
    switch (message.type) {
      case 'bye':
        return this.#finish({ kind: 'bye', reason: message.reason, detail: message.detail })
      case 'certificate':
        return this.#renew(message)
      case 'hello':
      case 'proof':
      case 'seal-key':
      case 'routed':
        return this.#violate(`the peer sent "${message.type}" on an open link`)
      default:
        if (!this.#inbox.take(message)) this.#violate('too many control messages that nobody takes')
    }
  }

  /** The way there is gone, without a word. */
  lost(detail: string): void {
    this.#finish({ kind: 'lost', detail })
  }

  #renew(message: Certificate): void {
    const { handshake, now } = this.#options
    if (handshake.credentials) return this.#violate('a listener sent a certificate')
    const nowS = Math.floor(now() / 1000)
    const verdict = checkCertificate(message, this.remoteRole, { ...handshake, minTerm: this.#session, nowS })
    if ('refusal' in verdict) return this.#violate(verdict.refusal.detail)
    this.#session = verdict.session
    this.onSession?.(verdict.session)
  }

  #violate(detail: string): void {
    if (this.isOpen) this.#goodbye('protocol', detail, { kind: 'violation', detail })
  }

  /** Both ways, for one may have just gone. */
  #goodbye(reason: ByeReason, detail: string, end: LinkEnd): void {
    const bye = byeMessage(reason, detail)
    const borne = this.#bearer?.send(encodeControl(bye)) === true
    if (this.#options.envelopes.isOpen()) this.#options.envelopes.send(bye)
    if (borne) this.#gone = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS))
    this.#finish(end)
  }

  #finish(end: LinkEnd): void {
    if (this.#end) return
    this.#end = end
    clearTimeout(this.#bearerTimer)
    clearInterval(this.#ticker)
    this.#bearer = undefined
    this.#inbox.clear()
    this.#options.onEnd(end)
    this.onClose?.(end)
  }
}

/** Undefined for a kind that may be skipped. */
export function readMessage(bytes: Uint8Array): ControlMessage | 'malformed' | undefined {
  try {
    const message = decodeControl(bytes)
    if (message.type !== 'unknown') return message
    return message.critical ? 'malformed' : undefined
  } catch (error) {
    if (error instanceof ProtocolError) return 'malformed'
    throw error
  }
}

import type { SecretStream } from '@hyperswarm/secret-stream'
import {
  type Bye,
  type ByeReason,
  type Certificate,
  type ControlMessage,
  keyId,
  LIMITS,
  type Role,
  toPlainLine,
  type VerifiedSession,
  type Via,
} from '@pearcast/protocol'
import type { Address } from './address.ts'
import type { ControlChannel } from './control-channel.ts'
import { DatagramPort, type DatagramStats } from './datagram-port.ts'
import {
  certificateMessage,
  checkCertificate,
  type HandshakeOptions,
  type ProvenPeer,
  type StationCredentials,
} from './handshake.ts'

/** Why a link ended. */
export type LinkEnd =
  /** This side called `close`. */
  | { kind: 'local'; reason: ByeReason; detail: string }
  /** The other side said goodbye. */
  | { kind: 'bye'; reason: ByeReason; detail: string }
  /** The other side broke the protocol. */
  | { kind: 'violation'; detail: string }
  /** The connection ended without a word. */
  | { kind: 'lost'; detail: string }

/**
 * A proven connection: both sides know the station's link, the listener has seen the station's certificate, and
 * datagrams are sealed under keys that only these two know.
 *
 * `onControl` gets what arrived before it was set; datagrams that nobody takes are dropped.
 */
export interface PeerLink {
  /** Short id of `remoteKey`, for people. */
  readonly id: string
  /** The Noise key of the other side; listeners take a fresh one for each connection. */
  readonly remoteKey: Uint8Array
  readonly remoteRole: Role
  readonly via: Via
  readonly remoteAddress: Address
  /** The station's session, on the side that verified it; follows renewals. */
  readonly session: VerifiedSession | undefined
  /** Feature bits that both sides have. */
  readonly features: number
  readonly version: number
  /** Longest plaintext that `sendDatagram` takes, bytes. */
  readonly maxDatagramBytes: number
  /** Smoothed round-trip time of the ordered stream, ms. */
  readonly rttMs: number
  readonly isOpen: boolean
  readonly stats: DatagramStats
  onControl: ((message: ControlMessage) => void) | undefined
  /** The plaintext is a view: copy what is to be kept. */
  onDatagram: ((plaintext: Uint8Array) => void) | undefined
  /** The station renewed its session on this link. */
  onSession: ((session: VerifiedSession) => void) | undefined
  onClose: ((end: LinkEnd) => void) | undefined
  send(...messages: readonly ControlMessage[]): void
  /** Seals and sends; false when it is too long, the link is closed, or its queue is full. */
  sendDatagram(plaintext: Uint8Array): boolean
  /** Says goodbye and ends the connection; resolves when it is gone. */
  close(reason?: ByeReason, detail?: string): Promise<void>
}

/** Control messages kept until somebody listens. */
const MAX_BACKLOG = 64
/** How long a goodbye may take to reach the other side before the connection is cut, ms. */
const GOODBYE_MS = 500

export interface OpenLinkOptions {
  conn: SecretStream
  channel: ControlChannel
  peer: ProvenPeer
  handshake: HandshakeOptions
  via: Via
  now: () => number
  onEnd: (end: LinkEnd) => void
}

export class OpenLink implements PeerLink {
  readonly id: string
  readonly remoteKey: Uint8Array
  readonly remoteRole: Role
  readonly via: Via
  readonly features: number
  readonly version: number
  onSession: ((session: VerifiedSession) => void) | undefined
  onClose: ((end: LinkEnd) => void) | undefined
  readonly #conn: SecretStream
  readonly #channel: ControlChannel
  readonly #datagrams: DatagramPort
  readonly #handshake: HandshakeOptions
  readonly #now: () => number
  readonly #onEnd: (end: LinkEnd) => void
  #remoteAddress: Address
  #session: VerifiedSession | undefined
  #onControl: ((message: ControlMessage) => void) | undefined
  #backlog: ControlMessage[] = []
  #end: LinkEnd | undefined
  #gone: Promise<void> | undefined

  constructor(options: OpenLinkOptions) {
    const { conn, peer, handshake } = options
    this.id = keyId(conn.remotePublicKey)
    this.remoteKey = conn.remotePublicKey
    this.remoteRole = peer.hello.role
    this.via = options.via
    this.features = peer.features
    this.version = peer.version
    this.#conn = conn
    this.#channel = options.channel
    this.#handshake = handshake
    this.#now = options.now
    this.#onEnd = options.onEnd
    this.#session = peer.session
    this.#remoteAddress = addressOf(conn)
    this.#datagrams = new DatagramPort({
      raw: conn.rawStream,
      sodium: handshake.sodium,
      localKey: handshake.sealKey,
      remoteKey: peer.sealKey,
      maxDatagramBytes: peer.hello.maxDatagramBytes,
    })
  }

  get remoteAddress(): Address {
    if (this.isOpen && this.#conn.rawStream.remoteHost !== null) this.#remoteAddress = addressOf(this.#conn)
    return this.#remoteAddress
  }

  get session(): VerifiedSession | undefined {
    return this.#session
  }

  get maxDatagramBytes(): number {
    return this.#datagrams.maxPlaintextBytes
  }

  get rttMs(): number {
    return this.#conn.rawStream.rtt
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  get stats(): DatagramStats {
    return this.#datagrams.stats()
  }

  get onControl(): ((message: ControlMessage) => void) | undefined {
    return this.#onControl
  }

  set onControl(handler: ((message: ControlMessage) => void) | undefined) {
    this.#onControl = handler
    if (!handler) return
    const backlog = this.#backlog
    this.#backlog = []
    for (const message of backlog) handler(message)
  }

  get onDatagram(): ((plaintext: Uint8Array) => void) | undefined {
    return this.#datagrams.onDatagram
  }

  set onDatagram(handler: ((plaintext: Uint8Array) => void) | undefined) {
    if (this.isOpen) this.#datagrams.onDatagram = handler
  }

  send(...messages: readonly ControlMessage[]): void {
    if (this.isOpen) this.#channel.send(...messages)
  }

  sendDatagram(plaintext: Uint8Array): boolean {
    return this.#datagrams.send(plaintext)
  }

  close(reason: ByeReason = 'leaving', detail = ''): Promise<void> {
    if (this.isOpen) this.#goodbye(reason, detail, { kind: 'local', reason, detail })
    return this.#gone ?? Promise.resolve()
  }

  /** Tells the other side that the session was renewed. */
  sendCertificate(credentials: StationCredentials): void {
    this.send(certificateMessage(this.#handshake, credentials))
  }

  /** From the control channel. */
  receive(message: ControlMessage): void {
    if (!this.isOpen) return
    switch (message.type) {
      case 'bye':
        return this.#finish({ kind: 'bye', reason: message.reason, detail: message.detail }, () => {
          this.#gone = endGently(this.#conn)
        })
      case 'certificate':
        return this.#renew(message)
      case 'hello':
      case 'proof':
      case 'seal-key':
        return this.violate(`the peer sent "${message.type}" on an open link`)
      case 'subscribe':
      case 'accepted':
      case 'refused':
      case 'select':
      case 'signal':
      case 'ping':
      case 'pong':
      case 'routed':
        if (this.#onControl) this.#onControl(message)
        else if (this.#backlog.length < MAX_BACKLOG) this.#backlog.push(message)
        else this.violate('too many control messages that nobody takes')
    }
  }

  violate(detail: string): void {
    if (this.isOpen) this.#goodbye('protocol', detail, { kind: 'violation', detail })
  }

  /** The connection is gone. */
  lost(detail: string): void {
    this.#finish({ kind: 'lost', detail }, () => {
      this.#conn.destroy()
    })
  }

  #renew(message: Certificate): void {
    if (this.#handshake.credentials) return this.violate('a listener sent a certificate')
    const verdict = checkCertificate(message, this.remoteRole, {
      ...this.#handshake,
      minTerm: this.#session,
      nowS: Math.floor(this.#now() / 1000),
    })
    if ('refusal' in verdict) return this.violate(verdict.refusal.detail)
    this.#session = verdict.session
    this.onSession?.(verdict.session)
  }

  #goodbye(reason: ByeReason, detail: string, end: LinkEnd): void {
    this.#finish(end, () => {
      this.#channel.send(byeMessage(reason, detail))
      this.#gone = endGently(this.#conn)
    })
  }

  #finish(end: LinkEnd, cut: () => void): void {
    if (this.#end) return
    this.#end = end
    this.#datagrams.close()
    cut()
    this.#channel.mute()
    this.#backlog = []
    this.#onEnd(end)
    this.onClose?.(end)
  }
}

/** A goodbye whose detail fits the wire. */
export function byeMessage(reason: ByeReason, detail: string): Bye {
  return { type: 'bye', reason, detail: toPlainLine(detail, LIMITS.maxDetailBytes) }
}

/**
 * Ends the stream after what was written, and cuts it when the other side does not follow. The end comes a turn later:
 * while Protomux reads a batch it holds back what is written.
 */
export function endGently(conn: SecretStream): Promise<void> {
  return new Promise((resolve) => {
    if (conn.destroyed) return resolve()
    const turn = setTimeout(() => conn.end(), 0)
    const cut = setTimeout(() => conn.destroy(), GOODBYE_MS)
    conn.once('close', () => {
      clearTimeout(turn)
      clearTimeout(cut)
      resolve()
    })
  })
}

function addressOf(conn: SecretStream): Address {
  return { host: conn.rawStream.remoteHost ?? '0.0.0.0', port: conn.rawStream.remotePort }
}

import type { SecretStream } from '@hyperswarm/secret-stream'
import {
  type ByeReason,
  type Certificate,
  type ControlMessage,
  keyId,
  type Role,
  type RoutedEnvelope,
  type VerifiedSession,
  type Via,
} from '@pearcast/protocol'
import type { Address } from './address.ts'
import type { ControlChannel } from './control-channel.ts'
import { ControlInbox } from './control-inbox.ts'
import { DatagramPort, type DatagramStats } from './datagram-port.ts'
import { byeMessage, endGently } from './goodbye.ts'
import {
  certificateMessage,
  checkCertificate,
  type HandshakeOptions,
  type ProvenPeer,
  type StationCredentials,
} from './handshake.ts'
import type { LinkEnd, PeerLink } from './peer-link.ts'

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
  onRouted: ((envelope: RoutedEnvelope) => void) | undefined
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
  readonly #inbox = new ControlInbox()
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
    return this.#inbox.handler
  }

  set onControl(handler: ((message: ControlMessage) => void) | undefined) {
    this.#inbox.handler = handler
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
      case 'routed':
        return this.onRouted?.(message.envelope)
      case 'hello':
      case 'proof':
      case 'seal-key':
        return this.violate(`the peer sent "${message.type}" on an open link`)
      default:
        if (!this.#inbox.take(message)) this.violate('too many control messages that nobody takes')
    }
  }

  /** One that came before the link was open. */
  receiveDatagram(sealed: Uint8Array): void {
    if (this.isOpen) this.#datagrams.receive(sealed)
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
    this.#inbox.clear()
    this.#onEnd(end)
    this.onClose?.(end)
  }
}

function addressOf(conn: SecretStream): Address {
  return { host: conn.rawStream.remoteHost ?? '0.0.0.0', port: conn.rawStream.remotePort }
}

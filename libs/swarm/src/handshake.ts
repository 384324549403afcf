import {
  type Bye,
  type Certificate,
  type CertificateChain,
  compareTerm,
  type ControlMessage,
  type Hello,
  LIMITS,
  negotiateVersion,
  OUR_VERSIONS,
  type ProofFields,
  ProtocolError,
  proofKey,
  proofMac,
  type Role,
  signSessionProof,
  type Sodium,
  type StationLink,
  verifyChain,
  type VerifiedSession,
  verifyProof,
  verifySessionProof,
} from '@pearcast/protocol'
import { CHANNEL_LABEL } from './control-channel.ts'
import { reasonOf } from './errors.ts'

/** Why a connection did not become a link. */
export type RefusalCode =
  /** The peer is not who it should be: wrong proof, foreign certificate, bad signature. */
  | 'IMPOSTOR'
  /** A genuine station, but an older run of it than one already heard. */
  | 'SUPERSEDED'
  /** A genuine station whose certificate is not valid now: a clock is wrong, or it was not renewed. */
  | 'CERTIFICATE'
  | 'VERSION_MISMATCH'
  /** The peer said bye. */
  | 'BYE'
  /** The peer broke the protocol. */
  | 'PROTOCOL'
  | 'TIMEOUT'
  | 'CLOSED'

export interface Refusal {
  code: RefusalCode
  detail: string
  bye?: Bye
}

export interface Term {
  generation: number
  term: number
}

/** Both ends of the Noise connection that a handshake is bound to. */
interface Binding {
  localKey: Uint8Array
  remoteKey: Uint8Array
  handshakeHash: Uint8Array
}

/** What makes this side the station: a chain and the session key that it certifies. */
export interface StationCredentials {
  chain: CertificateChain
  sessionSecretKey: Uint8Array
}

export interface HandshakeOptions {
  sodium: Sodium
  link: StationLink
  role: Role
  binding: Binding
  /** 32 fresh random bytes: the key under which this side seals. */
  sealKey: Uint8Array
  /** The side that has them sends the certificate, the side without demands it. */
  credentials?: StationCredentials
  /** Neither side is the station: both prove that they know its link, and nobody shows a certificate. */
  amongMembers?: boolean
  /**
   * Said right behind our proof, in the belief that the other side is the station: it takes it up once it has proven us, a
   * round trip earlier than what waits for its certificate. Only where neither side shows credentials of its own.
   */
  opening?: (() => readonly ControlMessage[]) | undefined
  /** Sessions older than this are refused. */
  minTerm?: Term | undefined
  nowS: number
  send: (...messages: ControlMessage[]) => void
}

/** The other side, known and proven. */
export interface ProvenPeer {
  hello: Hello
  version: number
  /** Feature bits that both sides have. */
  features: number
  sealKey: Uint8Array
  /** The station's session; only where the certificate was demanded. */
  session?: VerifiedSession
}

export type HandshakeStep =
  { type: 'waiting' } | { type: 'proven'; peer: ProvenPeer } | { type: 'refused'; refusal: Refusal }

const WAITING: HandshakeStep = { type: 'waiting' }

/**
 * The messages that turn a Noise connection into a link, without any I/O:
 *
 *     both      hello, proof
 *     station   certificate, seal-key    once the other side's proof is good: strangers learn nothing
 *     listener  seal-key                 at once; it protects this one connection only
 *
 * Among members, neither of whom is the station, both say what a listener says. Every message has its place; whatever
 * comes out of order is refused.
 */
export class Handshake {
  readonly #options: HandshakeOptions
  readonly #macKey: Uint8Array
  #peer: Omit<ProvenPeer, 'sealKey'> | undefined
  #proven = false

  constructor(options: HandshakeOptions) {
    this.#options = options
    this.#macKey = proofKey(options.sodium, options.link.stationKey, options.link.groupKey)
  }

  begin(): void {
    const { sodium, role, credentials, opening, sealKey, send } = this.#options
    const { maxDatagramBytes } = LIMITS
    const hello: Hello = { type: 'hello', ...OUR_VERSIONS, role, maxDatagramBytes }
    const mac = proofMac(sodium, this.#macKey, localFields(this.#options, role))
    const proof: ControlMessage = { type: 'proof', mac }
    if (credentials) send(hello, proof)
    else send(hello, proof, { type: 'seal-key', key: sealKey }, ...(opening?.() ?? []))
  }

  receive(message: ControlMessage): HandshakeStep {
    switch (message.type) {
      case 'hello':
        return this.#receiveHello(message)
      case 'proof':
        return this.#receiveProof(message.mac)
      case 'certificate':
        return this.#receiveCertificate(message)
      case 'seal-key':
        return this.#receiveSealKey(message.key)
      case 'bye':
        return refuse('BYE', message.detail || message.reason, message)
      case 'subscribe':
      case 'accepted':
      case 'refused':
      case 'select':
      case 'signal':
      case 'ping':
      case 'pong':
      case 'routed':
      case 'announcement':
      case 'reserve':
      case 'reserved':
      case 'parents':
      case 'ancestors':
      case 'ticket':
        break
    }
    return outOfOrder(message.type)
  }

  #receiveHello(hello: Hello): HandshakeStep {
    if (this.#peer) return outOfOrder('hello')
    try {
      this.#peer = { hello, ...negotiateVersion(OUR_VERSIONS, hello) }
    } catch (error) {
      return refuse('VERSION_MISMATCH', reasonOf(error))
    }
    const { amongMembers, credentials } = this.#options
    if (amongMembers && hello.role === 'broadcaster') {
      return refuse('IMPOSTOR', 'the peer says that it is the station')
    }
    if (!amongMembers && !credentials && hello.role === 'listener') {
      return refuse('IMPOSTOR', 'the peer says that it is a listener itself')
    }
    return WAITING
  }

  #receiveProof(mac: Uint8Array): HandshakeStep {
    const { sodium, credentials, sealKey, send } = this.#options
    if (!this.#peer || this.#proven) return outOfOrder('proof')
    const fields = remoteFields(this.#options, this.#peer.hello.role)
    if (!verifyProof(sodium, this.#macKey, mac, fields)) {
      return refuse('IMPOSTOR', "the peer does not know the station's link")
    }
    this.#proven = true
    if (credentials) {
      send(certificateMessage(this.#options, credentials), { type: 'seal-key', key: sealKey })
    }
    return WAITING
  }

  #receiveCertificate(message: Certificate): HandshakeStep {
    if (this.#isFreeOfCertificate || !this.#peer || !this.#proven || this.#peer.session) {
      return outOfOrder('certificate')
    }
    const verdict = checkCertificate(message, this.#peer.hello.role, this.#options)
    if ('refusal' in verdict) return { type: 'refused', refusal: verdict.refusal }
    this.#peer.session = verdict.session
    return WAITING
  }

  /** This side demands no certificate. */
  get #isFreeOfCertificate(): boolean {
    return this.#options.credentials !== undefined || this.#options.amongMembers === true
  }

  #receiveSealKey(sealKey: Uint8Array): HandshakeStep {
    const isComplete = this.#proven && (this.#isFreeOfCertificate || this.#peer?.session)
    if (!this.#peer || !isComplete) return outOfOrder('seal-key')
    return { type: 'proven', peer: { ...this.#peer, sealKey } }
  }
}

type Bound = Pick<HandshakeOptions, 'sodium' | 'link' | 'binding'>

/** The station's proof that its session key speaks on this very connection; also sent when the session is renewed. */
export function certificateMessage(
  options: Bound & Pick<HandshakeOptions, 'role'>,
  { chain, sessionSecretKey }: StationCredentials,
): Certificate {
  const signature = signSessionProof(options.sodium, sessionSecretKey, localFields(options, options.role))
  return { type: 'certificate', chain, signature }
}

/** Judges a certificate message by the link's station key, the connection and the terms heard before. */
export function checkCertificate(
  message: Certificate,
  remoteRole: Role,
  options: Bound & Pick<HandshakeOptions, 'minTerm' | 'nowS'>,
): { session: VerifiedSession } | { refusal: Refusal } {
  const { sodium, link, minTerm, nowS } = options
  let session: VerifiedSession
  try {
    session = verifyChain(sodium, message.chain, { stationKey: link.stationKey, nowS })
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const isUntimely = error.code === 'CERT_EXPIRED' || error.code === 'CERT_NOT_YET_VALID'
    return { refusal: { code: isUntimely ? 'CERTIFICATE' : 'IMPOSTOR', detail: error.message } }
  }
  const fields = remoteFields(options, remoteRole)
  if (!verifySessionProof(sodium, session.sessionKey, message.signature, fields)) {
    const detail = "the peer shows the station's certificate without having its session key"
    return { refusal: { code: 'IMPOSTOR', detail } }
  }
  if (minTerm && compareTerm(session, minTerm) < 0) {
    const detail = `the peer broadcasts term ${session.term}, but the newer ${minTerm.term} was heard already`
    return { refusal: { code: 'SUPERSEDED', detail } }
  }
  return { session }
}

type Ends = Pick<HandshakeOptions, 'link' | 'binding'>

/** What this side proves. */
function localFields({ link, binding }: Ends, role: Role): ProofFields {
  return { role, ...binding, channelLabel: CHANNEL_LABEL, stationKey: link.stationKey }
}

/** What the other side proves. */
function remoteFields({ link, binding }: Ends, role: Role): ProofFields {
  const { localKey, remoteKey, handshakeHash } = binding
  return localFields({ link, binding: { localKey: remoteKey, remoteKey: localKey, handshakeHash } }, role)
}

function refuse(code: RefusalCode, detail: string, bye?: Bye): HandshakeStep {
  return { type: 'refused', refusal: { code, detail, ...(bye && { bye }) } }
}

function outOfOrder(type: string): HandshakeStep {
  return refuse('PROTOCOL', `the peer sent "${type}" out of order`)
}

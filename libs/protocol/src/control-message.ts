import type { Announcement } from './announcement.ts'
import type { CertificateChain } from './certificate.ts'
import type { RoutedEnvelope } from './envelope.ts'
import type { RelayMessage } from './relay-message.ts'
import type { Role } from './role.ts'

/** Everything that is said on a control channel. Integers are unsigned unless a comment says otherwise. */
export type ControlMessage =
  | Hello
  | Proof
  | Certificate
  | SealKey
  | Subscribe
  | Accepted
  | Refused
  | Select
  | Signal
  | Ping
  | Pong
  | Routed
  | Bye
  | Announcement
  | RelayMessage

/** The first message of either side. Its layout never changes; later versions append to its extension. */
export interface Hello {
  type: 'hello'
  versionMin: number
  versionMax: number
  /** Feature bits, 32 bits; the effective ones are those of both sides. */
  features: number
  role: Role
  /** The largest sealed datagram that this side takes, 512..65535. */
  maxDatagramBytes: number
}

/** Shows that this side has the station's link, see `proofMac`. */
export interface Proof {
  type: 'proof'
  mac: Uint8Array
}

/** From the broadcaster only: who it speaks for, and a signature with the session key, see `signSessionProof`. */
export interface Certificate {
  type: 'certificate'
  chain: CertificateChain
  signature: Uint8Array
}

/** The key under which this side seals the datagrams it sends from now on, 32 fresh random bytes. */
export interface SealKey {
  type: 'seal-key'
  key: Uint8Array
}

/** Wants a stream on a channel. Neither path: heads only, the parent is a warm spare. */
export interface Subscribe {
  type: 'subscribe'
  channel: number
  /** Which rendition of the station; 0 is the main one. */
  variant: number
  paths: { swarm: boolean; webrtc: boolean }
}

/** The stream begins after `headSeq`; what the station is came in an announcement. */
export interface Accepted {
  type: 'accepted'
  channel: number
  headSeq: number
}

export type RefusalReason = 'full' | 'not-on-air' | 'not-allowed'

export interface Refused {
  type: 'refused'
  channel: number
  reason: RefusalReason
  /** 0: do not come back for this. */
  retryAfterMs: number
}

/** The listener chose a path for the channel; the sender stops the other. */
export interface Select {
  type: 'select'
  channel: number
  path: SelectablePath
}

export type SelectablePath = 'swarm' | 'webrtc'

/** WebRTC signaling. `session` counts attempts, so that leftovers of an earlier one are told apart. */
export interface Signal {
  type: 'signal'
  session: number
  signal: SignalBody
}

export type SignalBody =
  | { kind: 'offer' | 'answer'; sdp: string }
  | { kind: 'candidate'; candidate: string; mid: string }
  | { kind: 'end-of-candidates' }
  | { kind: 'failed'; reason: string }

/** Times in microseconds of the sender's own clock, integers up to 2^53 - 1. */
export interface Ping {
  type: 'ping'
  id: number
  t0Us: number
}

export interface Pong {
  type: 'pong'
  id: number
  /** As it came in the ping. */
  t0Us: number
  /** The answering side's clock. */
  t1Us: number
}

/** Signaling for somebody else, to be passed on to `envelope.to`, or for this side. */
export interface Routed {
  type: 'routed'
  envelope: RoutedEnvelope
}

export type ByeReason = 'off-air' | 'leaving' | 'superseded' | 'protocol' | 'kicked' | 'draining'

export interface Bye {
  type: 'bye'
  reason: ByeReason
  /** One line for people. */
  detail: string
}

/** A kind that this version does not know: skip it, or close the channel when it is critical. */
export interface UnknownControl {
  type: 'unknown'
  kind: number
  critical: boolean
}

import type {
  ByeReason,
  ControlMessage,
  Role,
  RoutedEnvelope,
  VerifiedSession,
  Via,
} from '@pearcast/protocol'
import type { Address } from './address.ts'
import type { DatagramStats } from './datagram-port.ts'

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

/** Another connection of the two ends that bears what is said on a routed link. Both calls: false when not taken. */
export interface LinkBearer {
  /** Reliably and in order. */
  send(message: Uint8Array): boolean
  sendDatagram(datagram: Uint8Array): boolean
}

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
  /** An envelope for this side, or for somebody whom it is linked with; dropped while nobody takes them. */
  onRouted: ((envelope: RoutedEnvelope) => void) | undefined
  /** The station renewed its session on this link. */
  onSession: ((session: VerifiedSession) => void) | undefined
  onClose: ((end: LinkEnd) => void) | undefined
  send(...messages: readonly ControlMessage[]): void
  /** Seals and sends; false when it is too long, the link is closed, or its queue is full. */
  sendDatagram(plaintext: Uint8Array): boolean
  /** Says goodbye and ends the connection; resolves when it is gone. */
  close(reason?: ByeReason, detail?: string): Promise<void>
}

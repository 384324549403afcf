import { fromHex, helperTopic, type Sodium, type StationLink } from '@pearcast/protocol'
import type { Address } from './address.ts'
import { Dial, type DialFailure } from './dial.ts'
import type { DhtNode } from './dht-node.ts'
import type { LinkEnd, PeerLink } from './peer-link.ts'
import { setGlobalTimer } from './timer.ts'

export interface MemberDialOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  /** The DHT key of the other member, hex. */
  key: string
  /** DHT nodes through which it said it can be reached; they save a search. */
  relayAddresses?: readonly Address[]
  /** Until it is proven, ms. */
  timeoutMs: number
  /** Exactly one of these two, unless the dial is abandoned. */
  onLink: (link: PeerLink) => void
  onFailed: (failure: DialFailure) => void
  onEnd: (link: PeerLink, end: LinkEnd) => void
}

const HANDSHAKE_TIMEOUT_MS = 5000

/**
 * Dials somebody who carries the station without being it: both sides prove that they know its link. Returns what gives
 * the dial up, without a callback; an open link is not touched.
 */
export function dialMember(options: MemberDialOptions): () => Promise<void> {
  const { key, link, node, onEnd, onFailed, onLink, relayAddresses = [], role, sodium, timeoutMs } = options
  const dial = new Dial({
    key,
    setTimer: setGlobalTimer,
    dht: node.dht,
    remoteKey: fromHex(key),
    relayAddresses,
    topic: helperTopic(sodium, link.stationKey),
    handshake: { sodium, link, role, amongMembers: true, nowS: Math.floor(Date.now() / 1000) },
    now: Date.now,
    dialTimeoutMs: timeoutMs,
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    onLink,
    onFailed,
    onEnd,
  })
  return () => dial.abandon()
}

import type { LinkDrop } from '../link/link.ts'
import type { NatDrop } from '../nat/config.ts'

/** Why a packet went no further. */
export type DropReason =
  | LinkDrop
  | NatDrop
  /** Not one whole IP packet. */
  | 'malformed'
  /** Its source is not an address of the host that sent it: a host that moved still uses the old one. */
  | 'foreign-source'
  /** Multicast, broadcast or link-local: the lab routes unicast only. */
  | 'link-scope'
  | 'ap-isolation'
  | 'udp-blocked'
  | 'cut'
  | 'ttl'
  | 'mtu'
  /** The IPv6 firewall of a site. */
  | 'firewall'
  /** An address of the lab that nobody has, or has any more. */
  | 'no-host'
  /** A private address of the lab, from where it means nothing. */
  | 'private-destination'
  /** An address outside the lab: the guard. */
  | 'escape'

/** What the fabric tells its backend beside deliveries. */
export interface FabricObserver {
  /** A packet was dropped on the way to or from this site (undefined: between sites). The bytes are lent. */
  onDrop?(reason: DropReason, site: string | undefined, packet: Uint8Array): void
  /** A packet would have left the lab. It is dropped; the run should fail. */
  onEscape?(packet: Uint8Array, hostId: string | undefined): void
}

export interface FabricStats {
  injected: number
  delivered: number
  escapes: number
  dropped: Partial<Record<DropReason, number>>
}

import type { LinkConfig } from '../link/link.ts'
import type { NatSpec } from '../nat/types.ts'

/** A computer of the lab. */
export interface HostSpec {
  /** Unique in the whole lab. */
  id: string
  /** IPv4 in the site's LAN; chosen when absent. Two sites may well give the same private address. */
  address?: string
}

/** A place: hosts on one LAN behind one access link. */
export interface Site {
  /** Unique in the lab. */
  id: string
  hosts: readonly (string | HostSpec)[]
  /** The NATs on the way out, innermost first; none gives the hosts public addresses. */
  nats: readonly NatSpec[]
  /** The access line, both ways alike or each of its own. */
  link: LinkConfig | { up: LinkConfig; down: LinkConfig }
  /** The LAN between the hosts; default: no delay, no loss. */
  lan?: LinkConfig
  /** Addresses of the LAN behind a premises NAT; default 192.168.1.0/24, in every site. */
  lanPrefix?: string
  /**
   * Routers between the access line and the core, operator NATs among them. Default 3: two sites are at least 6 hops
   * apart, so a packet with the TTL of 5 that HyperDHT punches with opens every NAT near its sender and goes no further.
   */
  routers?: number
  /**
   * Absent or `none`: IPv4 only. `open`: global addresses that everybody reaches. `stateful`: only answers come in.
   */
  ipv6?: { firewall: 'open' | 'stateful' | 'none' }
  /** The access point lets its stations talk to the router only, not to each other. */
  apIsolation?: boolean
  /** No UDP crosses the access line, in either direction. */
  udpBlocked?: boolean
  /** MTU of the hosts' interface; default 1500. `link.mtu` may be smaller. */
  mtu?: number
}

export interface Topology {
  sites: readonly Site[]
}

import type { EndpointDependence } from '../nat/config.ts'
import type { NatSpec } from '../nat/types.ts'
import type { Site } from '../topology/topology.ts'

/** Where somebody sits: a site without its name and hosts. */
export type Surroundings = Omit<Site, 'id' | 'hosts'>

/** What of a place decides who can reach it. */
export interface Traits {
  /**
   * `open`: everybody reaches it. `consistent`: it shows everybody the same port, however many NATs are in between.
   * `predictable`: another port for each destination, one after the other. `random`: another one that nobody can guess.
   */
  mapping: 'open' | 'consistent' | 'predictable' | 'random'
  /** Somebody inside reaches somebody else inside by their public addresses. */
  hairpins: boolean
  /** Global IPv6 addresses, whatever the firewall: both sides send, so both firewalls open. */
  ipv6: boolean
  udp: boolean
  /** Its neighbours on the LAN do not reach it there. */
  isolated: boolean
}

export function traitsOf({ nats, ipv6, udpBlocked, apIsolation }: Surroundings): Traits {
  return {
    mapping: mappingOf(nats),
    // Whoever is inside turns round at the outermost NAT at the latest, and at the innermost one if that hairpins.
    hairpins: nats.some(({ behaviour }) => behaviour.hairpinning),
    ipv6: ipv6 !== undefined && ipv6.firewall !== 'none',
    udp: udpBlocked !== true,
    isolated: apIsolation === true,
  }
}

/** A chain of NATs is as bad as its worst: what one of them makes random, no other makes steady again. */
function mappingOf(nats: readonly NatSpec[]): Traits['mapping'] {
  const moving = nats.filter(({ behaviour: { mapping } }) => !isSteady(mapping))
  if (nats.length === 0) return 'open'
  if (moving.length === 0) return 'consistent'
  // A NAT further out that draws a port itself hides the order of the one inside it.
  return moving.every(({ behaviour }) => behaviour.portAllocation !== 'random') ? 'predictable' : 'random'
}

function isSteady(mapping: EndpointDependence): boolean {
  return mapping === 'endpoint-independent'
}

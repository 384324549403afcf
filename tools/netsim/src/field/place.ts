import type { NetworkFindings } from '@pearcast/swarm'
import { inPrefix, parseIpv4, parsePrefix } from '../ip/address.ts'
import type { NatBehaviour } from '../nat/config.ts'
import { NAT_BEHAVIOURS } from '../nat/types.ts'
import type { FilePlace } from '../scenarios/scenario-file.ts'

/** What a machine knows of its own network. */
export interface Surroundings {
  /** IPv4 and IPv6 of its interfaces but loopback. */
  addresses: readonly string[]
  /** Undefined when no UDP came back. */
  found: Pick<NetworkFindings, 'mapping' | 'firewalled' | 'portPreserved'> | undefined
}

export interface PlaceFound {
  place: FilePlace
  /** What was measured, in words. */
  measured: string[]
  /** What the DHT cannot tell, and was taken as it usually is. */
  assumed: string[]
}

/** Inside of an operator's NAT (RFC 6598). */
const SHARED = parsePrefix('100.64.0.0/10')
/** Global unicast (RFC 4291): what the Internet routes. */
const GLOBAL_IPV6 = /^[23]/
/** As the lab's plain line. */
const DELAY_MS = 10

/** A place of the lab that looks to a DHT as this machine's network does. No address goes into it. */
export function placeOf({ addresses, found }: Surroundings): PlaceFound {
  const assumed = [`a line of ${DELAY_MS} ms without loss`]
  const hasIpv6 = addresses.some((address) => address.includes(':') && GLOBAL_IPV6.test(address))
  if (hasIpv6) assumed.push('an IPv6 firewall that lets answers in')
  const around = {
    link: { delayMs: DELAY_MS },
    ...(hasIpv6 ? { ipv6: { firewall: 'stateful' } as const } : {}),
  }
  if (found === undefined) {
    const nat = { place: 'premises', behaviour: NAT_BEHAVIOURS['port-restricted'] } as const
    assumed.push('the NAT of a home router: behind a network without UDP none can be seen')
    return { place: { ...around, nats: [nat], udpBlocked: true }, measured: ['no UDP comes back'], assumed }
  }
  const { mapping, firewalled, portPreserved } = found
  const measured = [
    `mapping: ${mapping}`,
    firewalled ? 'strangers do not come in' : 'strangers come in',
    `ports: ${portPreserved === null ? 'unknown' : portPreserved ? 'preserved' : 'changed'}`,
  ]
  if (!firewalled && mapping === 'none') return { place: { ...around, nats: [] }, measured, assumed }
  const place = isInsideOperator(addresses) ? 'operator' : 'premises'
  const { behaviour, guesses } = behaviourOf(found)
  return { place: { ...around, nats: [{ place, behaviour }] }, measured, assumed: [...assumed, ...guesses] }
}

function behaviourOf({ mapping, firewalled, portPreserved }: NonNullable<Surroundings['found']>): {
  behaviour: NatBehaviour
  guesses: string[]
} {
  const guesses = ['its bindings live as long as those of most']
  if (mapping === 'none') guesses.push('a firewall on the machine itself, played by a NAT that keeps ports')
  if (mapping === 'unknown') guesses.push('a mapping for each destination: what was seen did not suffice')
  if (firewalled) guesses.push('filtering by address and port')
  if (mapping === 'endpoint-independent' || mapping === 'none') {
    const like = NAT_BEHAVIOURS[firewalled ? 'port-restricted' : 'full-cone']
    const portAllocation = portPreserved === false ? 'random' : 'preserving'
    return { behaviour: { ...like, portAllocation }, guesses: [...guesses, 'hairpinning'] }
  }
  const like = NAT_BEHAVIOURS['symmetric-random']
  const filtering = firewalled ? like.filtering : 'endpoint-independent'
  const steady = mapping === 'address-dependent' ? mapping : like.mapping
  return {
    behaviour: { ...like, filtering, mapping: steady },
    guesses: [...guesses, 'new ports at random', 'no hairpinning'],
  }
}

function isInsideOperator(addresses: readonly string[]): boolean {
  return addresses.some((address) => !address.includes(':') && inPrefix(parseIpv4(address), SHARED))
}

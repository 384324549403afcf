import { inPrefix, parseIpv4, parseIpv6, parsePrefix, type Ipv4Prefix } from '../ip/address.ts'
import { get16, put16 } from '../ip/bytes.ts'

/**
 * The addresses of the lab, all in this file.
 *
 * "Public" ones must not look reserved: HyperDHT treats bogon addresses (private, TEST-NET, 198.18.0.0/15,
 * 2001:db8::/32) in another way. So the lab borrows allocated blocks, and nothing of it ever leaves the lab:
 * - 5.0.0.0/8: each public network is a /24, the first 5.1.0.0/24; 5.0.0.1 is the router of the core.
 * - 2a0e:9ea2::/32: each site a /64, `2a0e:9ea2:0:<site>::<host>`.
 */
export const PUBLIC_IPV4: Ipv4Prefix = parsePrefix('5.0.0.0/8')
export const FIRST_PUBLIC_NETWORK: number = parseIpv4('5.1.0.0')
export const CORE_ROUTER: { v4: number; v6: Uint8Array } = {
  v4: parseIpv4('5.0.0.1'),
  v6: parseIpv6('2a0e:9ea2::1'),
}
export const HOME_LAN = '192.168.1.0/24'
/** RFC 6598: between a provider's NAT and its subscribers. */
export const SHARED_SPACE = '100.64.0.0/10'

const IPV6_PREFIX = parseIpv6('2a0e:9ea2::')
const MULTICAST: Ipv4Prefix = parsePrefix('224.0.0.0/4')
const LINK_LOCAL: Ipv4Prefix = parsePrefix('169.254.0.0/16')

/** The address of a host in a site's /64; both numbers are 16 bits wide, the site's not 0. */
export function siteIpv6(site: number, host: number): Uint8Array {
  const bytes = IPV6_PREFIX.slice()
  put16(bytes, 6, site)
  put16(bytes, 14, host)
  return bytes
}

/** Site and host as one number of 32 bits, exact for the lab's own addresses; undefined for others. */
export function labIpv6Key(bytes: Uint8Array, at: number): number | undefined {
  for (let i = 0; i < 6; i++) if (bytes[at + i] !== IPV6_PREFIX[i]) return undefined
  for (let i = 8; i < 14; i++) if (bytes[at + i] !== 0) return undefined
  return get16(bytes, at + 6) * 0x1_0000 + get16(bytes, at + 14)
}

export function isLabIpv6(bytes: Uint8Array, at: number): boolean {
  return get16(bytes, at) === get16(IPV6_PREFIX, 0) && get16(bytes, at + 2) === get16(IPV6_PREFIX, 2)
}

/** Multicast, limited broadcast and what a kernel says to its own link: never routed, and no escape. */
export function isLinkScopeIpv4(address: number): boolean {
  return inPrefix(address, MULTICAST) || address === 0xffff_ffff || inPrefix(address, LINK_LOCAL)
}

/** Multicast (ff00::/8), link-local (fe80::/10) and unspecified addresses. */
export function isLinkScopeIpv6(bytes: Uint8Array, at: number): boolean {
  const first = get16(bytes, at)
  if (first >= 0xff00 || (first & 0xffc0) === 0xfe80) return true
  for (let i = 0; i < 16; i++) if (bytes[at + i] !== 0) return false
  return true
}

/** Hands out consecutive /24 networks of a block. */
export class NetworkAllocator {
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  take(): Ipv4Prefix {
    const base = this.#next
    this.#next += 256
    return { base, bits: 24 }
  }
}

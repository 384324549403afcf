import { formatIpv4, formatIpv6 } from './address.ts'
import { get16, get32 } from './bytes.ts'

export const PROTOCOL: { icmp: 1; tcp: 6; udp: 17; icmpv6: 58 } = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 }

/**
 * What a router needs to know of a packet. `fragment` is a fragment that is not the first: it carries no ports.
 * `icmp-query` is an echo: its identifier plays the part of both ports (RFC 5508 §3.1).
 */
export type PacketKind = 'udp' | 'tcp' | 'icmp-query' | 'icmp-error' | 'fragment' | 'other'

/**
 * Reads an IPv4 or IPv6 packet in place. One instance is reused for every packet, so the way through the lab
 * allocates nothing to look at one. The fields are those of the last successful `parse`; the rewriting functions
 * keep them in step with the bytes.
 */
export class PacketView {
  bytes: Uint8Array = new Uint8Array(0)
  version: 4 | 6 = 4
  kind: PacketKind = 'other'
  protocol = 0
  ttl = 0
  /** IPv4 addresses as numbers; 0 for IPv6, whose addresses stay in the bytes at 8 and 24. */
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  /** Where the transport header begins. */
  transport = 0
  /** IPv4: the identification that the fragments of one datagram share. */
  identification = 0
  moreFragments = false
  dontFragment = false

  /** False for what is not one whole IP packet; the fields are then meaningless. */
  parse(bytes: Uint8Array): boolean {
    this.bytes = bytes
    const version = (bytes[0] ?? 0) >>> 4
    if (version === 4) return this.#parseV4(bytes)
    if (version === 6) return this.#parseV6(bytes)
    return false
  }

  get isFragment(): boolean {
    return this.moreFragments || this.kind === 'fragment'
  }

  #parseV4(bytes: Uint8Array): boolean {
    const headerBytes = ((bytes[0] ?? 0) & 15) * 4
    if (headerBytes < 20 || bytes.length < headerBytes || get16(bytes, 2) !== bytes.length) return false
    const flags = get16(bytes, 6)
    this.version = 4
    this.identification = get16(bytes, 4)
    this.dontFragment = (flags & 0x4000) !== 0
    this.moreFragments = (flags & 0x2000) !== 0
    this.ttl = bytes[8] ?? 0
    this.protocol = bytes[9] ?? 0
    this.source = get32(bytes, 12)
    this.destination = get32(bytes, 16)
    this.transport = headerBytes
    if ((flags & 0x1fff) !== 0) return this.#portless('fragment')
    return this.#parseTransport(bytes, PROTOCOL.icmp)
  }

  #parseV6(bytes: Uint8Array): boolean {
    if (bytes.length < 40 || get16(bytes, 4) + 40 !== bytes.length) return false
    this.version = 6
    this.identification = 0
    this.dontFragment = true
    this.moreFragments = false
    this.ttl = bytes[7] ?? 0
    this.protocol = bytes[6] ?? 0
    this.source = 0
    this.destination = 0
    this.transport = 40
    return this.#parseTransport(bytes, PROTOCOL.icmpv6)
  }

  #parseTransport(bytes: Uint8Array, icmp: number): boolean {
    const at = this.transport
    if (this.protocol === PROTOCOL.udp || this.protocol === PROTOCOL.tcp) {
      const udp = this.protocol === PROTOCOL.udp
      if (bytes.length < at + (udp ? 8 : 20)) return false
      this.kind = udp ? 'udp' : 'tcp'
      this.sourcePort = get16(bytes, at)
      this.destinationPort = get16(bytes, at + 2)
      return true
    }
    if (this.protocol !== icmp) return this.#portless('other')
    if (bytes.length < at + 8) return false
    const type = bytes[at] ?? 0
    if (icmp === PROTOCOL.icmp ? type === 8 || type === 0 : type === 128 || type === 129) {
      this.kind = 'icmp-query'
      this.sourcePort = get16(bytes, at + 4)
      this.destinationPort = this.sourcePort
      return true
    }
    const isError = icmp === PROTOCOL.icmp ? type === 3 || type === 11 || type === 12 : type >= 1 && type <= 4
    return this.#portless(isError ? 'icmp-error' : 'other')
  }

  #portless(kind: PacketKind): true {
    this.kind = kind
    this.sourcePort = 0
    this.destinationPort = 0
    return true
  }
}

/** A packet in words, for tests, probes and logs; the hot path uses `PacketView`. */
export interface ParsedPacket {
  version: 4 | 6
  kind: PacketKind
  protocol: number
  source: string
  destination: string
  /** UDP and TCP ports; for an echo both are its identifier; 0 where the packet has none. */
  sourcePort: number
  destinationPort: number
  ttl: number
  /** What follows the UDP or ICMP header of 8 bytes; empty for other kinds. A view, not a copy. */
  payload: Uint8Array
}

/** Undefined for what is not one whole IP packet. */
export function parsePacket(bytes: Uint8Array): ParsedPacket | undefined {
  const view = new PacketView()
  if (!view.parse(bytes)) return undefined
  const { version, kind, protocol, sourcePort, destinationPort, ttl } = view
  const source = version === 4 ? formatIpv4(view.source) : formatIpv6(bytes, 8)
  const destination = version === 4 ? formatIpv4(view.destination) : formatIpv6(bytes, 24)
  const hasHeader = kind === 'udp' || kind === 'icmp-query' || kind === 'icmp-error'
  const payload = bytes.subarray(hasHeader ? view.transport + 8 : bytes.length)
  return { version, kind, protocol, source, destination, sourcePort, destinationPort, ttl, payload }
}

import { parseIpv4, parseIpv6, type Endpoint } from './address.ts'
import { put16, put32 } from './bytes.ts'
import { finish, sum16 } from './checksum.ts'
import { PacketView, PROTOCOL } from './packet.ts'
import { pseudoHeaderSum } from './verify.ts'

export interface UdpOptions {
  source: Endpoint
  destination: Endpoint
  payload?: Uint8Array
  /** Default 64. */
  ttl?: number
  /** IPv4: what the fragments of one datagram share; default 0. */
  identification?: number
  /** IPv4: default true, as Linux sends UDP. */
  dontFragment?: boolean
  /** IPv4 allows UDP without a checksum (RFC 768); default true. */
  checksum?: boolean
}

/** A whole UDP packet, IPv6 when the source address is. */
export function buildUdp(options: UdpOptions): Uint8Array {
  const payload = options.payload ?? new Uint8Array(0)
  const packet = buildIp({
    source: options.source.address,
    destination: options.destination.address,
    protocol: PROTOCOL.udp,
    bodyBytes: 8 + payload.length,
    ttl: options.ttl ?? 64,
    identification: options.identification ?? 0,
    dontFragment: options.dontFragment ?? true,
  })
  const at = packet.length - payload.length - 8
  put16(packet, at, options.source.port)
  put16(packet, at + 2, options.destination.port)
  put16(packet, at + 4, 8 + payload.length)
  packet.set(payload, at + 8)
  if (options.checksum !== false) put16(packet, at + 6, transportChecksum(packet) || 0xffff)
  return packet
}

export interface EchoOptions {
  source: string
  destination: string
  identifier: number
  sequence?: number
  reply?: boolean
  payload?: Uint8Array
  ttl?: number
}

/** An ICMP or ICMPv6 echo request or reply. */
export function buildEcho(options: EchoOptions): Uint8Array {
  const payload = options.payload ?? new Uint8Array(0)
  const v6 = options.source.includes(':')
  const packet = buildIp({
    source: options.source,
    destination: options.destination,
    protocol: v6 ? PROTOCOL.icmpv6 : PROTOCOL.icmp,
    bodyBytes: 8 + payload.length,
    ttl: options.ttl ?? 64,
    identification: 0,
    dontFragment: true,
  })
  const at = packet.length - payload.length - 8
  packet[at] = v6 ? (options.reply === true ? 129 : 128) : options.reply === true ? 0 : 8
  put16(packet, at + 4, options.identifier)
  put16(packet, at + 6, options.sequence ?? 0)
  packet.set(payload, at + 8)
  put16(packet, at + 2, transportChecksum(packet))
  return packet
}

interface IpOptions {
  source: string
  destination: string
  protocol: number
  bodyBytes: number
  ttl: number
  identification: number
  dontFragment: boolean
}

/** An IP header, checksum included, before a body of zeros. */
function buildIp(options: IpOptions): Uint8Array {
  if (options.source.includes(':')) {
    const packet = new Uint8Array(40 + options.bodyBytes)
    writeIpv6Header(packet, options.protocol, options.ttl)
    packet.set(parseIpv6(options.source), 8)
    packet.set(parseIpv6(options.destination), 24)
    return packet
  }
  const packet = new Uint8Array(20 + options.bodyBytes)
  put16(packet, 4, options.identification)
  put16(packet, 6, options.dontFragment ? 0x4000 : 0)
  writeIpv4Header(
    packet,
    options.protocol,
    options.ttl,
    parseIpv4(options.source),
    parseIpv4(options.destination),
  )
  return packet
}

/** Fill in an IPv4 header of 20 bytes; identification and flags stay as they are. */
export function writeIpv4Header(
  packet: Uint8Array,
  protocol: number,
  ttl: number,
  source: number,
  destination: number,
): void {
  packet[0] = 0x45
  put16(packet, 2, packet.length)
  packet[8] = ttl
  packet[9] = protocol
  put32(packet, 12, source)
  put32(packet, 16, destination)
  put16(packet, 10, 0)
  put16(packet, 10, finish(sum16(packet, 0, 20)))
}

export function writeIpv6Header(packet: Uint8Array, protocol: number, hopLimit: number): void {
  packet[0] = 0x60
  put16(packet, 4, packet.length - 40)
  packet[6] = protocol
  packet[7] = hopLimit
}

/** The checksum of a packet's UDP, TCP or ICMP part, whose own field must still be 0. */
export function transportChecksum(packet: Uint8Array): number {
  const view = new PacketView()
  view.parse(packet)
  const start = view.protocol === PROTOCOL.icmp ? 0 : pseudoHeaderSum(view)
  return finish(sum16(packet, view.transport, packet.length, start))
}

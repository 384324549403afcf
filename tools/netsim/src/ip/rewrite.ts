import { get16, put16, put32 } from './bytes.ts'
import { applyDelta, applyUdpDelta, delta16, delta32 } from './checksum.ts'
import type { PacketView } from './packet.ts'

/** Give an IPv4 packet another source address and port (or echo identifier), in place, checksums kept right. */
export function setSource(view: PacketView, address: number, port: number): void {
  const addressDelta = replaceAddress(view, 12, view.source, address)
  view.source = address
  replacePort(view, 0, view.sourcePort, port, addressDelta)
  if (view.kind !== 'fragment') view.sourcePort = port
}

/** The same for the destination. */
export function setDestination(view: PacketView, address: number, port: number): void {
  const addressDelta = replaceAddress(view, 16, view.destination, address)
  view.destination = address
  replacePort(view, 2, view.destinationPort, port, addressDelta)
  if (view.kind !== 'fragment') view.destinationPort = port
}

/** Take `hops` off the time to live; false, and nothing changed, when it does not suffice (RFC 791, RFC 8200). */
export function decrementTtl(view: PacketView, hops: number): boolean {
  if (view.ttl <= hops) return false
  const { bytes } = view
  const ttl = view.ttl - hops
  if (view.version === 6) {
    bytes[7] = ttl
  } else {
    applyDelta(bytes, 10, delta16((view.ttl << 8) | view.protocol, (ttl << 8) | view.protocol))
    bytes[8] = ttl
  }
  view.ttl = ttl
  return true
}

function replaceAddress(view: PacketView, at: number, from: number, to: number): number {
  const delta = delta32(from, to)
  put32(view.bytes, at, to)
  applyDelta(view.bytes, 10, delta)
  return delta
}

/** `side` is 0 for the source and 2 for the destination. Addresses count in a UDP or TCP checksum (pseudo-header). */
function replacePort(view: PacketView, side: 0 | 2, from: number, to: number, addressDelta: number): void {
  const { bytes, transport, kind } = view
  switch (kind) {
    case 'udp':
      put16(bytes, transport + side, to)
      applyUdpDelta(bytes, transport + 6, addressDelta + delta16(from, to))
      return
    case 'tcp':
      put16(bytes, transport + side, to)
      applyDelta(bytes, transport + 16, addressDelta + delta16(from, to))
      return
    case 'icmp-query':
      // One identifier stands for both ports; ICMP over IPv4 has no pseudo-header (RFC 792).
      applyDelta(bytes, transport + 2, delta16(get16(bytes, transport + 4), to))
      put16(bytes, transport + 4, to)
      view.sourcePort = to
      view.destinationPort = to
      return
    case 'icmp-error':
    case 'fragment':
    case 'other':
      return
  }
}

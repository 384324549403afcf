import { get16 } from './bytes.ts'
import { finish, sum16 } from './checksum.ts'
import { PacketView, PROTOCOL } from './packet.ts'

/**
 * Whether every checksum of a packet is right: the IPv4 header's, and that of UDP, TCP or ICMP. A fragment's
 * transport checksum covers bytes that are elsewhere, so only its header is looked at.
 */
export function checksumsAreRight(bytes: Uint8Array): boolean {
  const view = new PacketView()
  if (!view.parse(bytes)) return false
  if (view.version === 4 && finish(sum16(bytes, 0, view.transport)) !== 0) return false
  if (view.isFragment) return true
  switch (view.protocol) {
    case PROTOCOL.udp: {
      if (get16(bytes, view.transport + 6) === 0) return view.version === 4
      return finish(sum16(bytes, view.transport, bytes.length, pseudoHeaderSum(view))) === 0
    }
    case PROTOCOL.tcp:
    case PROTOCOL.icmpv6:
      return finish(sum16(bytes, view.transport, bytes.length, pseudoHeaderSum(view))) === 0
    case PROTOCOL.icmp:
      return finish(sum16(bytes, view.transport, bytes.length)) === 0
    default:
      return true
  }
}

/** The part of a transport checksum that comes from the IP header (RFC 768, RFC 8200 §8.1). */
export function pseudoHeaderSum(view: PacketView): number {
  const { bytes, version, protocol, transport } = view
  const addresses = version === 4 ? sum16(bytes, 12, 20) : sum16(bytes, 8, 40)
  return addresses + protocol + (bytes.length - transport)
}

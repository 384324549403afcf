import { put16 } from './bytes.ts'
import { transportChecksum, writeIpv4Header, writeIpv6Header } from './build.ts'
import { PROTOCOL, type PacketView } from './packet.ts'

/** The complaints that routers of the lab send back (RFC 792, RFC 1191, RFC 4443). */
export type IcmpComplaint =
  | { type: 'time-exceeded' }
  /** IPv4 "fragmentation needed and DF set", IPv6 "packet too big". */
  | { type: 'packet-too-big'; mtuBytes: number }

/** IPv4: the offending header and 8 bytes would do (RFC 792); 128 keep room for options (RFC 1812 asks for more). */
const QUOTED_BYTES_MAX = 128

/** An ICMP error about `view` from a router, addressed to its sender. Undefined where RFC 1122 §3.2.2 forbids one. */
export function buildIcmpError(
  view: PacketView,
  router: { v4: number; v6: Uint8Array },
  complaint: IcmpComplaint,
): Uint8Array | undefined {
  if (view.kind === 'icmp-error' || view.kind === 'fragment') return undefined
  const quoted = Math.min(view.bytes.length, QUOTED_BYTES_MAX)
  const header = view.version === 4 ? 20 : 40
  const packet = new Uint8Array(header + 8 + quoted)
  if (view.version === 4) {
    writeIpv4Header(packet, PROTOCOL.icmp, 64, router.v4, view.source)
    packet[20] = complaint.type === 'time-exceeded' ? 11 : 3
    packet[21] = complaint.type === 'time-exceeded' ? 0 : 4
    if (complaint.type === 'packet-too-big') put16(packet, 26, complaint.mtuBytes)
  } else {
    writeIpv6Header(packet, PROTOCOL.icmpv6, 64)
    packet.set(router.v6, 8)
    packet.set(view.bytes.subarray(8, 24), 24)
    packet[40] = complaint.type === 'time-exceeded' ? 3 : 2
    if (complaint.type === 'packet-too-big') put16(packet, 46, complaint.mtuBytes)
  }
  packet.set(view.bytes.subarray(0, quoted), header + 8)
  put16(packet, header + 2, transportChecksum(packet))
  return packet
}

import { get16 } from '../ip/bytes.ts'
import { PROTOCOL, type PacketView } from '../ip/packet.ts'
import type { StatefulFirewall } from '../nat/firewall.ts'
import { labIpv6Key } from '../topology/address-space.ts'

/** Let an IPv6 packet out, and remember its flow. */
export function firewallNotes(firewall: StatefulFirewall, view: PacketView, nowMs: number): boolean {
  if (view.kind === 'icmp-error') return true
  if (view.kind !== 'udp' && view.kind !== 'tcp' && view.kind !== 'icmp-query') return false
  const local = flowKey(view.bytes, 8, view.sourcePort)
  const remote = flowKey(view.bytes, 24, view.kind === 'icmp-query' ? 0 : view.destinationPort)
  return firewall.outbound(local, remote, nowMs)
}

/** Whether an IPv6 packet answers a flow from inside, or complains about one (RFC 6092 REC-10, REC-18). */
export function firewallAdmits(firewall: StatefulFirewall, view: PacketView, nowMs: number): boolean {
  const { bytes, kind, transport } = view
  if (kind === 'icmp-error') {
    const quoted = transport + 8
    if (bytes.length < quoted + 48) return false
    const isEcho = bytes[quoted + 6] === PROTOCOL.icmpv6
    const local = flowKey(bytes, quoted + 8, get16(bytes, quoted + (isEcho ? 44 : 40)))
    return firewall.knows(local, flowKey(bytes, quoted + 24, isEcho ? 0 : get16(bytes, quoted + 42)), nowMs)
  }
  if (kind !== 'udp' && kind !== 'tcp' && kind !== 'icmp-query') return false
  const local = flowKey(bytes, 24, view.destinationPort)
  return firewall.inbound(local, flowKey(bytes, 8, kind === 'icmp-query' ? 0 : view.sourcePort), nowMs)
}

/** An endpoint of the lab as one number of 48 bits. */
function flowKey(bytes: Uint8Array, at: number, port: number): number {
  return (labIpv6Key(bytes, at) ?? 0) * 0x1_0000 + port
}

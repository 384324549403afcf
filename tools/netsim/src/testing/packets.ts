import { formatEndpoint, parseEndpoint } from '../ip/address.ts'
import { buildUdp, type UdpOptions } from '../ip/build.ts'
import { parsePacket, type ParsedPacket } from '../ip/packet.ts'

/** A UDP packet between endpoints in text. */
export function udp(from: string, to: string, options: Partial<UdpOptions> = {}): Uint8Array {
  return buildUdp({ source: parseEndpoint(from), destination: parseEndpoint(to), ...options })
}

/** A packet that must be one. */
export function parsed(packet: Uint8Array | undefined): ParsedPacket {
  const result = packet === undefined ? undefined : parsePacket(packet)
  if (result === undefined) throw new Error('there is no packet')
  return result
}

/** `source > destination` of a packet, or `dropped`. */
export function flow(packet: Uint8Array | undefined): string {
  if (packet === undefined) return 'dropped'
  return `${sourceOf(packet)} > ${destinationOf(packet)}`
}

export function sourceOf(packet: Uint8Array | undefined): string {
  const { source, sourcePort } = parsed(packet)
  return formatEndpoint({ address: source, port: sourcePort })
}

export function destinationOf(packet: Uint8Array | undefined): string {
  const { destination, destinationPort } = parsed(packet)
  return formatEndpoint({ address: destination, port: destinationPort })
}

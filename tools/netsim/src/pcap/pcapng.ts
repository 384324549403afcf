/*
 * pcapng (draft-ietf-opsawg-pcapng), as much of it as one interface of a host needs: a section header, one interface
 * of raw IP packets, and an enhanced packet block for each packet with the way it went. Little-endian, times in
 * microseconds, which is what readers take when nothing else is said.
 */

const SECTION_HEADER = 0x0a0d_0d0a
const INTERFACE_DESCRIPTION = 1
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b_3c4d
/** LINKTYPE_RAW: the packet begins with its IPv4 or IPv6 header. */
const LINK_RAW = 101
const SNAP_LENGTH = 65_535
const OPTION_END = 0
const OPTION_IF_NAME = 2
const OPTION_IF_DESCRIPTION = 3
const OPTION_USER_APPLICATION = 4
const OPTION_PACKET_FLAGS = 2
const PACKET_HEADER_BYTES = 28
const FLAGS_BYTES = 12

/** As the host sees it: the values of the two lowest bits of epb_flags. */
export const DIRECTION = { in: 1, out: 2 } as const

/** What a file begins with. */
export function fileHeader(interfaceName: string, description: string): Uint8Array {
  const section = new Uint8Array(16)
  const view = new DataView(section.buffer)
  view.setUint32(0, BYTE_ORDER_MAGIC, true)
  view.setUint16(4, 1, true)
  // A length of -1: it is not known yet.
  view.setBigInt64(8, -1n, true)
  const link = new Uint8Array(8)
  const linkView = new DataView(link.buffer)
  linkView.setUint16(0, LINK_RAW, true)
  linkView.setUint32(4, SNAP_LENGTH, true)
  const names = [textOption(OPTION_IF_NAME, interfaceName), textOption(OPTION_IF_DESCRIPTION, description)]
  return joined([
    block(SECTION_HEADER, [section, textOption(OPTION_USER_APPLICATION, 'pearCast netsim'), end()]),
    block(INTERFACE_DESCRIPTION, [link, ...names, end()]),
  ])
}

/** A packet that passed the interface. @param unixMs may have a fraction */
export function packetBlock(
  packet: Uint8Array,
  unixMs: number,
  direction: keyof typeof DIRECTION,
): Uint8Array {
  const padded = pad4(packet.length)
  const length = PACKET_HEADER_BYTES + padded + FLAGS_BYTES + 4
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  const us = Math.round(unixMs * 1000)
  const fields = [
    ENHANCED_PACKET,
    length,
    0,
    Math.floor(us / 2 ** 32),
    us >>> 0,
    packet.length,
    packet.length,
  ]
  for (const [i, field] of fields.entries()) view.setUint32(4 * i, field, true)
  bytes.set(packet, PACKET_HEADER_BYTES)
  const options = PACKET_HEADER_BYTES + padded
  view.setUint16(options, OPTION_PACKET_FLAGS, true)
  view.setUint16(options + 2, 4, true)
  view.setUint32(options + 4, DIRECTION[direction], true)
  // The four bytes of the end of the options are 0.
  view.setUint32(length - 4, length, true)
  return bytes
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts)
  const bytes = new Uint8Array(body.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, bytes.length, true)
  bytes.set(body, 8)
  view.setUint32(bytes.length - 4, bytes.length, true)
  return bytes
}

function textOption(code: number, text: string): Uint8Array {
  const value = new TextEncoder().encode(text)
  const bytes = new Uint8Array(4 + pad4(value.length))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, code, true)
  view.setUint16(2, value.length, true)
  bytes.set(value, 4)
  return bytes
}

function end(): Uint8Array {
  return new Uint8Array([OPTION_END, 0, 0, 0])
}

function pad4(length: number): number {
  return (length + 3) & ~3
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

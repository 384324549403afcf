import { randomFillSync } from 'node:crypto'
import { PAYLOAD_BYTES } from './frame-source.ts'

const RTP_HEADER_BYTES = 12
const OPUS = 111
const SEQ_BYTES = 6

/** RTP (RFC 3550) without extensions; the payload begins with a number that does not wrap. */
export function numberedPacket(seq: number): Buffer {
  const packet = Buffer.alloc(RTP_HEADER_BYTES + PAYLOAD_BYTES)
  randomFillSync(packet, RTP_HEADER_BYTES)
  packet[0] = 0x80
  packet[1] = OPUS
  packet.writeUInt16BE(seq % 0x1_0000, 2)
  packet.writeUInt32BE((seq * 960) % 0x1_0000_0000, 4)
  packet.writeUInt32BE(0x1234_5678, 8)
  packet.writeUIntBE(seq, RTP_HEADER_BYTES, SEQ_BYTES)
  return packet
}

/** The number again, whatever a server has added to the header; undefined for RTCP. */
export function numberOf(packet: Buffer): number | undefined {
  const first = packet[0] ?? 0
  if (((packet[1] ?? 0) & 0x7f) !== OPUS) return undefined
  let at = RTP_HEADER_BYTES + 4 * (first & 0xf)
  if ((first & 0x10) !== 0 && packet.length >= at + 4) at += 4 + 4 * packet.readUInt16BE(at + 2)
  return packet.length >= at + SEQ_BYTES ? packet.readUIntBE(at, SEQ_BYTES) : undefined
}

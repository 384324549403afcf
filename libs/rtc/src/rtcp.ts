/** RTP and RTCP on one port (RFC 5761), and the three RTCP messages in use (RFC 3550, RFC 4585). */

const RTP_HEADER_BYTES = 12
const RECEIVER_REPORT = 201
const GOODBYE = 203
const TRANSPORT_FEEDBACK = 205
const GENERIC_NACK = 1

/** Version 2, a complete fixed header, and no packet type of RTCP's range. */
export function isRtp(packet: Uint8Array): boolean {
  return packet.length >= RTP_HEADER_BYTES && (packet[0] ?? 0) >> 6 === 2 && !isRtcpType(packet)
}

/** RFC 5761 section 4: the second byte without the marker bit is 64..95 only for RTCP. */
export function isRtcp(packet: Uint8Array): boolean {
  return packet.length >= 8 && (packet[0] ?? 0) >> 6 === 2 && isRtcpType(packet)
}

function isRtcpType(packet: Uint8Array): boolean {
  const payloadType = (packet[1] ?? 0) & 0x7f
  return payloadType >= 64 && payloadType <= 95
}

/** A receiver report without blocks: it says "alive" and nothing else. */
export function encodeEmptyReport(ssrc: number): Uint8Array {
  const packet = new Uint8Array(8)
  writeHeader(packet, 0, RECEIVER_REPORT, ssrc)
  return packet
}

/** BYE; a compound packet has to begin with a report. */
export function encodeGoodbye(ssrc: number): Uint8Array {
  const packet = new Uint8Array(16)
  writeHeader(packet.subarray(0, 8), 0, RECEIVER_REPORT, ssrc)
  writeHeader(packet.subarray(8), 1, GOODBYE, ssrc)
  return packet
}

/** Generic NACK for 16-bit sequence numbers; neighbours within 16 share a field (PID and BLP). */
export function encodeNack(
  senderSsrc: number,
  mediaSsrc: number,
  sequenceNumbers: readonly number[],
): Uint8Array {
  const fields: [pid: number, blp: number][] = []
  for (const sequenceNumber of sequenceNumbers) {
    const last = fields.at(-1)
    const distance = last ? (sequenceNumber - last[0]) & 0xffff : 0
    if (last && distance === 0) continue
    if (last && distance <= 16) last[1] |= 1 << (distance - 1)
    else fields.push([sequenceNumber & 0xffff, 0])
  }
  const packet = new Uint8Array(12 + 4 * fields.length)
  const view = writeHeader(packet, GENERIC_NACK, TRANSPORT_FEEDBACK, senderSsrc)
  view.setUint32(8, mediaSsrc)
  fields.forEach(([pid, blp], i) => {
    view.setUint16(12 + 4 * i, pid)
    view.setUint16(14 + 4 * i, blp)
  })
  return packet
}

export interface RtcpContent {
  /** Sequence numbers of all generic NACKs. */
  missing: number[]
  goodbye: boolean
}

/** What matters of a compound packet, with at most `maxMissing` numbers; what is malformed ends it. */
export function decodeRtcp(packet: Uint8Array, maxMissing: number): RtcpContent {
  const content: RtcpContent = { missing: [], goodbye: false }
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  let offset = 0
  while (offset + 4 <= packet.length) {
    const end = offset + 4 * (view.getUint16(offset + 2) + 1)
    if (end > packet.length || view.getUint8(offset) >> 6 !== 2) break
    const type = view.getUint8(offset + 1)
    const format = view.getUint8(offset) & 0x1f
    if (type === GOODBYE) content.goodbye = true
    if (type === TRANSPORT_FEEDBACK && format === GENERIC_NACK) {
      readNack(
        new DataView(packet.buffer, packet.byteOffset + offset, end - offset),
        content.missing,
        maxMissing,
      )
    }
    offset = end
  }
  return content
}

function readNack(view: DataView, missing: number[], maxMissing: number): void {
  for (let field = 12; field + 4 <= view.byteLength; field += 4) {
    const pid = view.getUint16(field)
    const blp = view.getUint16(field + 2)
    for (let distance = 0; distance <= 16; distance++) {
      if (distance > 0 && ((blp >> (distance - 1)) & 1) === 0) continue
      if (missing.length >= maxMissing) return
      missing.push((pid + distance) & 0xffff)
    }
  }
}

function writeHeader(packet: Uint8Array, count: number, type: number, ssrc: number): DataView {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  view.setUint8(0, 0x80 | count)
  view.setUint8(1, type)
  view.setUint16(2, packet.length / 4 - 1)
  view.setUint32(4, ssrc)
  return view
}

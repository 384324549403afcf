/** One Ogg page (RFC 3533 section 6). */
export interface OggPageHeader {
  /** the first packet began on an earlier page */
  continued: boolean
  beginsStream: boolean
  endsStream: boolean
  /** of the last packet that ends on this page, 48 kHz samples for Opus; -1 when none ends */
  granule: number
  serial: number
  sequence: number
  crc: number
  /** lengths of the segments; a packet ends with the first one below 255 */
  lacing: Uint8Array
  headerBytes: number
  bodyBytes: number
}

export const MAX_PAGE_HEADER_BYTES: number = 27 + 255

const CONTINUED = 1
const BEGINS_STREAM = 2
const ENDS_STREAM = 4

/**
 * @param bytes at least the page's header, or all there is of it
 * @returns undefined when no complete page header stands at the beginning
 */
export function parseOggPageHeader(bytes: Uint8Array): OggPageHeader | undefined {
  if (bytes.length < 27 || bytes[0] !== 0x4f || bytes[1] !== 0x67 || bytes[2] !== 0x67 || bytes[3] !== 0x53) {
    return undefined
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const segments = view.getUint8(26)
  if (view.getUint8(4) !== 0 || bytes.length < 27 + segments) return undefined
  const flags = view.getUint8(5)
  const lacing = bytes.subarray(27, 27 + segments)
  return {
    continued: (flags & CONTINUED) !== 0,
    beginsStream: (flags & BEGINS_STREAM) !== 0,
    endsStream: (flags & ENDS_STREAM) !== 0,
    granule: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    crc: view.getUint32(22, true),
    lacing,
    headerBytes: 27 + segments,
    bodyBytes: lacing.reduce((sum, length) => sum + length, 0),
  }
}

/** The page's checksum: over all of it, with the field itself as zeros. */
export function oggPageCrc(page: Uint8Array): number {
  let crc = 0
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : (page[i] ?? 0)
    crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  }
  return crc
}

export interface OggPageFields {
  beginsStream?: boolean
  endsStream?: boolean
  granule: number
  serial: number
  sequence: number
}

/** A page of whole packets; their lacing must fit 255 segments (`lacingLength`). */
export function buildOggPage(fields: OggPageFields, packets: readonly Uint8Array[]): Uint8Array {
  const lacing = packets.flatMap(lacingOf)
  const bodyBytes = packets.reduce((sum, packet) => sum + packet.length, 0)
  const page = new Uint8Array(27 + lacing.length + bodyBytes)
  const view = new DataView(page.buffer)
  page.set([0x4f, 0x67, 0x67, 0x53])
  view.setUint8(5, (fields.beginsStream ? BEGINS_STREAM : 0) | (fields.endsStream ? ENDS_STREAM : 0))
  view.setBigInt64(6, BigInt(fields.granule), true)
  view.setUint32(14, fields.serial, true)
  view.setUint32(18, fields.sequence, true)
  view.setUint8(26, lacing.length)
  page.set(lacing, 27)
  let at = 27 + lacing.length
  for (const packet of packets) {
    page.set(packet, at)
    at += packet.length
  }
  view.setUint32(22, oggPageCrc(page), true)
  return page
}

export const MAX_LACING = 255

/** Segments that a packet takes on a page. */
export function lacingLength(packet: Uint8Array): number {
  return Math.floor(packet.length / 255) + 1
}

function lacingOf(packet: Uint8Array): number[] {
  return [...new Array<number>(lacingLength(packet) - 1).fill(255), packet.length % 255]
}

/** Polynomial 0x04c11db7, most significant bit first, no reflection. */
const CRC_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1
  return crc >>> 0
})

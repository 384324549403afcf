import type { Bytes } from '../source/bytes.ts'

const MAX_BOXES = 4096

/**
 * Whether an MP4 file (ISO/IEC 14496-12) goes on behind its end: the last box at the top level is longer than what is left,
 * or there is sound data and no index to it.
 */
export async function isMp4CutOff(bytes: Bytes): Promise<boolean> {
  const kinds = new Set<string>()
  let at = 0
  for (let boxes = 0; boxes < MAX_BOXES && at + 8 <= bytes.size; boxes++) {
    const head = await bytes.readAt(at, 16)
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    kinds.add(String.fromCharCode(...head.subarray(4, 8)))
    const size = view.getUint32(0)
    // 0: up to the end of the file; 1: the size follows in 64 bits.
    if (size === 0) return !isIndexed(kinds)
    if (size === 1 && head.length < 16) return true
    const length = size === 1 ? Number(view.getBigUint64(8)) : size
    if (length < 8) return false
    at += length
  }
  return at > bytes.size || !isIndexed(kinds)
}

function isIndexed(kinds: ReadonlySet<string>): boolean {
  return kinds.has('moov') || !kinds.has('mdat')
}

const SEGMENT_ID = 0x18538067

/** Whether the segment of a Matroska or WebM file (RFC 9559) is longer than the file. Live recordings do not tell. */
export async function isMatroskaCutOff(bytes: Bytes): Promise<boolean> {
  const header = await elementAt(bytes, 0)
  if (header?.bodyBytes === undefined) return false
  const segment = await elementAt(bytes, header.bodyAt + header.bodyBytes)
  if (segment?.id !== SEGMENT_ID || segment.bodyBytes === undefined) return false
  return segment.bodyAt + segment.bodyBytes > bytes.size
}

interface Element {
  id: number
  bodyAt: number
  /** undefined: unknown until the next element of its level */
  bodyBytes: number | undefined
}

/** One EBML element's head (RFC 8794): a four-byte id, then a size of 1 to 8 bytes. */
async function elementAt(bytes: Bytes, at: number): Promise<Element | undefined> {
  const head = await bytes.readAt(at, 12)
  const sizeBytes = Math.clz32(head[4] ?? 0) - 23
  if (head.length < 5 || sizeBytes > 8 || head.length < 4 + sizeBytes) return undefined
  const id = new DataView(head.buffer, head.byteOffset).getUint32(0)
  const first = (head[4] ?? 0) & (0xff >> sizeBytes)
  const rest = head.subarray(5, 4 + sizeBytes)
  const isUnknown = first === 0xff >> sizeBytes && rest.every((byte) => byte === 0xff)
  const bodyBytes = isUnknown ? undefined : rest.reduce((sum, byte) => sum * 256 + byte, first)
  return { id, bodyAt: at + 4 + sizeBytes, bodyBytes }
}

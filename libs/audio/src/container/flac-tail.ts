import type { Bytes } from '../source/bytes.ts'
import type { FlacMetadata } from './flac-metadata.ts'

const MAX_TAIL_BYTES = 1024 * 1024
const MIN_TAIL_BYTES = 64 * 1024
const MAX_HEADER_BYTES = 16
const BLOCK_SIZE_8_BIT = 6
const BLOCK_SIZE_16_BIT = 7

/**
 * How far the audio of a FLAC file really reaches, by the last frame headers in it.
 * @returns samples a channel up to the end of the last complete frame, at most `totalSamples`; undefined when no frame header
 *   was found near the end
 */
export async function lastFlacSample(bytes: Bytes, metadata: FlacMetadata): Promise<number | undefined> {
  const wanted = Math.min(MAX_TAIL_BYTES, Math.max(MIN_TAIL_BYTES, metadata.maxFrameBytes * 2))
  const offset = Math.max(metadata.audioOffset, bytes.size - wanted)
  const tail = await bytes.readAt(offset, bytes.size - offset)
  let last: number | undefined
  for (let at = 0; at + 6 <= tail.length; at++) {
    if (tail[at] !== 0xff || ((tail[at + 1] ?? 0) & 0xfe) !== 0xf8) continue
    const frame = parseFrame(tail.subarray(at, at + MAX_HEADER_BYTES), metadata)
    if (frame === undefined || frame.endSample > metadata.totalSamples) continue
    const complete = frame.endSample < metadata.totalSamples || isComplete(tail.subarray(at))
    last = Math.max(last ?? 0, complete ? frame.endSample : frame.startSample)
  }
  return last
}

interface FrameSpan {
  startSample: number
  endSample: number
}

/** A frame header whose CRC-8 is right (RFC 9639 section 9.1). */
function parseFrame(header: Uint8Array, metadata: FlacMetadata): FrameSpan | undefined {
  const sizeCode = (header[2] ?? 0) >> 4
  const rateCode = (header[2] ?? 0) & 15
  const coded = codedNumber(header)
  if (sizeCode === 0 || rateCode === 15 || coded === undefined) return undefined
  const sizeBytes = sizeCode === BLOCK_SIZE_8_BIT ? 1 : sizeCode === BLOCK_SIZE_16_BIT ? 2 : 0
  const rateBytes = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0
  const crcAt = coded.endAt + sizeBytes + rateBytes
  if (crcAt >= header.length || crc8(header.subarray(0, crcAt)) !== header[crcAt]) return undefined
  const blockSamples = blockSize(sizeCode, header, coded.endAt)
  const variable = ((header[1] ?? 0) & 1) === 1
  const startSample = variable ? coded.value : coded.value * metadata.blockSamples
  return { startSample, endSample: startSample + blockSamples }
}

function blockSize(code: number, header: Uint8Array, at: number): number {
  if (code === 1) return 192
  if (code < BLOCK_SIZE_8_BIT) return 576 << (code - 2)
  if (code === BLOCK_SIZE_8_BIT) return (header[at] ?? 0) + 1
  if (code === BLOCK_SIZE_16_BIT) return (((header[at] ?? 0) << 8) | (header[at + 1] ?? 0)) + 1
  return 256 << (code - 8)
}

/** The frame or sample number, coded as UTF-8 codes characters, up to 36 bits. */
function codedNumber(header: Uint8Array): { value: number; endAt: number } | undefined {
  const first = header[4] ?? 0
  if (first < 0x80) return { value: first, endAt: 5 }
  const extra = Math.clz32(~(first << 24)) - 1
  if (extra < 1 || extra > 6) return undefined
  let value = first & (0x3f >> extra)
  for (let i = 1; i <= extra; i++) {
    const byte = header[4 + i] ?? 0
    if ((byte & 0xc0) !== 0x80) return undefined
    value = value * 64 + (byte & 0x3f)
  }
  return { value, endAt: 5 + extra }
}

function crc8(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1
  }
  return crc
}

/** Whether a frame ends somewhere in `bytes`: a CRC-16 over a whole frame, its own CRC included, is 0. A tag may follow. */
function isComplete(bytes: Uint8Array): boolean {
  let crc = 0
  for (let at = 0; at < bytes.length; at++) {
    crc ^= (bytes[at] ?? 0) << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x8005) & 0xffff : crc << 1
    if (crc === 0 && at > MAX_HEADER_BYTES / 2) return true
  }
  return false
}

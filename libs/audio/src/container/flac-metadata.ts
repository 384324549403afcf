import { AudioError } from '../error.ts'
import { isSupportedRate } from '../format.ts'
import type { Bytes } from '../source/bytes.ts'
import { cleanTitle } from './text.ts'

/** What a FLAC file says before its audio (RFC 9639 section 8). */
export interface FlacMetadata {
  /** the STREAMINFO block's body, 34 bytes */
  streamInfo: Uint8Array
  sampleRate: number
  channels: number
  bitsPerSample: number
  /** a channel; 0 when the encoder did not know */
  totalSamples: number
  /** 0 when unknown */
  maxFrameBytes: number
  /** samples a channel of every frame but the last, when they are all alike */
  blockSamples: number
  /** where the first audio frame begins */
  audioOffset: number
  title?: string
}

const STREAM_INFO = 0
const VORBIS_COMMENT = 4
const STREAM_INFO_BYTES = 34
const MAX_BLOCKS = 1024
const MAX_COMMENT_BYTES = 64 * 1024

/**
 * @param start where `fLaC` stands
 * @throws AudioError FILE_CORRUPT, FORMAT_UNSUPPORTED
 */
export async function readFlacMetadata(bytes: Bytes, start: number): Promise<FlacMetadata> {
  let metadata: FlacMetadata | undefined
  let title: string | undefined
  let offset = start + 4
  for (let count = 0; count < MAX_BLOCKS; count++) {
    const [kind = 0, high = 0, middle = 0, low = 0] = await bytes.readAt(offset, 4)
    const size = (high << 16) | (middle << 8) | low
    const body = offset + 4
    offset = body + size
    if (count === 0) metadata = parseStreamInfo(bytes.name, kind, await bytes.readAt(body, STREAM_INFO_BYTES))
    if ((kind & 0x7f) === VORBIS_COMMENT) {
      title = vorbisTitle(await bytes.readAt(body, Math.min(size, MAX_COMMENT_BYTES)))
    }
    if (kind & 0x80 || offset >= bytes.size) break
  }
  if (metadata === undefined) throw AudioError.fileCorrupt(bytes.name, 'it has no stream description')
  return { ...metadata, audioOffset: offset, ...(title === undefined ? {} : { title }) }
}

function parseStreamInfo(name: string, kind: number, body: Uint8Array): FlacMetadata {
  if ((kind & 0x7f) !== STREAM_INFO || body.length < STREAM_INFO_BYTES) {
    throw AudioError.fileCorrupt(name, 'its stream description is missing')
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const packed = view.getBigUint64(10)
  const sampleRate = Number(packed >> 44n)
  if (!isSupportedRate(sampleRate)) {
    throw AudioError.formatUnsupported(name, `a FLAC file at ${sampleRate} Hz`)
  }
  return {
    streamInfo: body,
    sampleRate,
    channels: Number((packed >> 41n) & 7n) + 1,
    bitsPerSample: Number((packed >> 36n) & 31n) + 1,
    totalSamples: Number(packed & 0xf_ffff_ffffn),
    maxFrameBytes: ((body[7] ?? 0) << 16) | ((body[8] ?? 0) << 8) | (body[9] ?? 0),
    blockSamples: view.getUint16(0),
    audioOffset: 0,
  }
}

/** The TITLE field of a Vorbis comment (also the body of OpusTags); lengths beyond the bytes end the search. */
export function vorbisTitle(comment: Uint8Array): string | undefined {
  const view = new DataView(comment.buffer, comment.byteOffset, comment.byteLength)
  let at = lengthAt(view, 0) + 4
  const fields = lengthAt(view, at)
  at += 4
  for (let i = 0; i < fields && at + 4 <= comment.length; i++) {
    const size = lengthAt(view, at)
    const field = comment.subarray(at + 4, at + 4 + size)
    if (String.fromCharCode(...field.subarray(0, 6)).toUpperCase() === 'TITLE=')
      return cleanTitle(field.subarray(6))
    at += 4 + size
  }
  return undefined
}

function lengthAt(view: DataView, at: number): number {
  return at + 4 <= view.byteLength ? view.getUint32(at, true) : 0
}

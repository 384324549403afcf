import type { ByteWindow } from '../source/byte-window.ts'

/** One MPEG audio frame header (ISO 11172-3 section 2.4.1.3, with the lower rates of 13818-3). */
export interface Mp3FrameHeader {
  version: 1 | 2 | 2.5
  layer: 1 | 2 | 3
  sampleRate: number
  channels: 1 | 2
  frameBytes: number
  frameSamples: number
}

/** What the first frame may tell of the whole file (Xing, Info or VBRI). */
export interface Mp3Summary {
  frames: number
  bytes: number
}

const LAYER_BITRATES_V1 = [
  [],
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
]
const LAYER_BITRATES_V2 = [
  [],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
]
const SAMPLE_RATES_V1 = [44_100, 48_000, 32_000]

export const MP3_HEADER_BYTES = 4
const SEARCH_STEP_BYTES = 32 * 1024

/** @returns undefined when these four bytes are no frame header (free format counts as none) */
export function parseMp3Header(bytes: Uint8Array): Mp3FrameHeader | undefined {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = bytes
  if (b0 !== 0xff || (b1 & 0xe0) !== 0xe0) return undefined
  const versionBits = (b1 >> 3) & 3
  const layer = LAYERS[(b1 >> 1) & 3]
  const rate = SAMPLE_RATES_V1[(b2 >> 2) & 3]
  if (versionBits === 1 || layer === undefined || rate === undefined) return undefined
  const version = versionBits === 3 ? 1 : versionBits === 2 ? 2 : 2.5
  const kilobits = (version === 1 ? LAYER_BITRATES_V1 : LAYER_BITRATES_V2)[layer]?.[b2 >> 4]
  if (kilobits === undefined || kilobits === 0) return undefined
  const sampleRate = rate / (version === 1 ? 1 : version === 2 ? 2 : 4)
  const frameSamples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152
  const padding = (b2 >> 1) & 1
  const slotBytes = layer === 1 ? 4 : 1
  const slots = Math.floor((frameSamples / 8 / slotBytes) * ((kilobits * 1000) / sampleRate)) + padding
  const channels = b3 >> 6 === 3 ? 1 : 2
  return { version, layer, sampleRate, channels, frameBytes: slots * slotBytes, frameSamples }
}

const LAYERS: readonly (1 | 2 | 3 | undefined)[] = [undefined, 3, 2, 1]

/** Whether two frames may follow one another in one stream. */
export function sameMp3Stream(a: Mp3FrameHeader, b: Mp3FrameHeader): boolean {
  return a.version === b.version && a.layer === b.layer && a.sampleRate === b.sampleRate
}

/**
 * The next place from `offset` where a frame begins that is followed by `followers` more of its kind (or by the end of the
 * file after at least one).
 */
export async function findMp3Frame(
  window: ByteWindow,
  offset: number,
  searchBytes: number,
  followers: number,
): Promise<number | undefined> {
  const end = Math.min(window.size, offset + searchBytes)
  for (let from = offset; from < end; from += SEARCH_STEP_BYTES) {
    const piece = await window.at(from, Math.min(SEARCH_STEP_BYTES, end - from))
    for (let at = piece.indexOf(0xff); at >= 0; at = piece.indexOf(0xff, at + 1)) {
      if (await isFollowed(window, from + at, followers)) return from + at
    }
  }
  return undefined
}

async function isFollowed(window: ByteWindow, offset: number, followers: number): Promise<boolean> {
  const first = parseMp3Header(await window.at(offset, MP3_HEADER_BYTES))
  if (first === undefined) return false
  let at = offset + first.frameBytes
  for (let count = 0; count < followers; count++) {
    if (at >= window.size) return count > 0
    const next = parseMp3Header(await window.at(at, MP3_HEADER_BYTES))
    if (next === undefined || !sameMp3Stream(first, next)) return false
    at += next.frameBytes
  }
  return true
}

/** The Xing/Info or VBRI table in the first frame, when it counts both frames and bytes. */
export function parseMp3Summary(frame: Uint8Array, header: Mp3FrameHeader): Mp3Summary | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const sideInfoBytes =
    header.version === 1 ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17
  const xing = MP3_HEADER_BYTES + sideInfoBytes
  const name = String.fromCharCode(...frame.subarray(xing, xing + 4))
  if ((name === 'Xing' || name === 'Info') && frame.length >= xing + 16) {
    const both = (view.getUint32(xing + 4) & 3) === 3
    return both ? { frames: view.getUint32(xing + 8), bytes: view.getUint32(xing + 12) } : undefined
  }
  const vbri = MP3_HEADER_BYTES + 32
  if (String.fromCharCode(...frame.subarray(vbri, vbri + 4)) !== 'VBRI' || frame.length < vbri + 18)
    return undefined
  return { frames: view.getUint32(vbri + 14), bytes: view.getUint32(vbri + 10) }
}

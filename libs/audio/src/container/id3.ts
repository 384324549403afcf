import type { ByteWindow } from '../source/byte-window.ts'
import { cleanTitle } from './text.ts'

/** ID3v2 in front of the audio: where it ends, and the title it names. */
export interface Id3Tag {
  endOffset: number
  title?: string
}

const MAX_TAGS = 4
const MAX_SEARCHED_BYTES = 64 * 1024
const ENCODINGS = ['latin1', 'utf-16le', 'utf-16be', 'utf-8']

/** Skips any ID3v2 tags at the start (id3.org, ID3v2.3 and 2.4); `endOffset` is 0 without one. */
export async function readId3(window: ByteWindow): Promise<Id3Tag> {
  const found: Id3Tag = { endOffset: 0 }
  for (let count = 0; count < MAX_TAGS; count++) {
    const header = await window.at(found.endOffset, 10)
    if (header.length < 10 || header[0] !== 0x49 || header[1] !== 0x44 || header[2] !== 0x33) break
    const size = syncsafe(header, 6)
    const body = await window.at(found.endOffset + 10, Math.min(size, MAX_SEARCHED_BYTES))
    const title = findTitle(body, header[3] ?? 0)
    if (title !== undefined) found.title ??= title
    const footer = ((header[5] ?? 0) & 0x10) === 0 ? 0 : 10
    found.endOffset += 10 + size + footer
  }
  return found
}

/** The TIT2 frame; unsynchronised and 2.2 tags are skipped over without a title. */
function findTitle(body: Uint8Array, version: number): string | undefined {
  if (version !== 3 && version !== 4) return undefined
  let at = 0
  while (at + 10 <= body.length && body[at] !== 0) {
    const size = version === 4 ? syncsafe(body, at + 4) : bigEndian(body, at + 4)
    if (String.fromCharCode(...body.subarray(at, at + 4)) === 'TIT2') {
      return decodeText(body.subarray(at + 10, at + 10 + size))
    }
    at += 10 + size
  }
  return undefined
}

function decodeText(frame: Uint8Array): string | undefined {
  const encoding = ENCODINGS[frame[0] ?? 0]
  const text = frame.subarray(1)
  if (encoding === undefined) return undefined
  const bigEndianMark = frame[0] === 1 && text[0] === 0xfe && text[1] === 0xff
  return cleanTitle(text, bigEndianMark ? 'utf-16be' : encoding)
}

function syncsafe(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) value = value * 128 + ((bytes[at + i] ?? 0) & 0x7f)
  return value
}

function bigEndian(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

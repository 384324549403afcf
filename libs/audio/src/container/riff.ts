import { AudioError } from '../error.ts'
import { isSupportedRate } from '../format.ts'
import type { Bytes } from '../source/bytes.ts'
import { cleanTitle } from './text.ts'

export type WavEncoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64'

/** What a WAV header says, checked against the file. */
export interface WavLayout {
  encoding: WavEncoding
  sampleRate: number
  channels: number
  bytesPerFrame: number
  /** of the audio in the file */
  dataOffset: number
  /** of whole frames that are really there */
  dataBytes: number
  /** what the header announced, when that is more than is there */
  announcedBytes?: number
  title?: string
}

/** A WAV has a handful of chunks; a crafted one must not keep us walking. */
const MAX_CHUNKS = 256
const MAX_LIST_BYTES = 8192
const MAX_CHANNELS = 8
/** Writers to a pipe leave the size unknown: 0 or close to 4 GiB; then the data goes on to the end of the file. */
const UNKNOWN_SIZE_FROM = 0xffff_0000

const FORMAT_PCM = 1
const FORMAT_FLOAT = 3
const FORMAT_EXTENSIBLE = 0xfffe

interface Format {
  encoding: WavEncoding
  sampleRate: number
  channels: number
  bytesPerFrame: number
}

/**
 * Walks the chunks of a RIFF/WAVE (or RF64) file up to its audio.
 * @throws AudioError FILE_NOT_AUDIO, FILE_TRUNCATED (no audio at all), FORMAT_UNSUPPORTED, FILE_EMPTY
 */
export async function parseWav(bytes: Bytes): Promise<WavLayout> {
  let format: Format | undefined
  let title: string | undefined
  let longDataBytes: number | undefined
  let offset = 12
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const header = await bytes.readAt(offset, 8)
    if (header.length < 8) break
    const view = viewOf(header)
    const size = view.getUint32(4, true)
    const body = offset + 8
    switch (tag(header, 0)) {
      case 'fmt ':
        format = parseFormat(bytes.name, await bytes.readAt(body, Math.min(size, 40)))
        break
      case 'LIST':
        title = infoTitle(await bytes.readAt(body, Math.min(size, MAX_LIST_BYTES))) ?? title
        break
      case 'ds64':
        longDataBytes = longSize(await bytes.readAt(body, 16))
        break
      case 'data':
        if (format === undefined) throw AudioError.fileCorrupt(bytes.name, 'its data comes before its format')
        return layout(bytes, format, body, size === 0xffff_ffff ? (longDataBytes ?? 0) : size, title)
    }
    offset = body + size + (size & 1)
  }
  throw format === undefined ? AudioError.fileNotAudio(bytes.name) : AudioError.fileEmpty(bytes.name)
}

function layout(bytes: Bytes, format: Format, offset: number, size: number, title?: string): WavLayout {
  const there = bytes.size - offset
  const unknown = size === 0 || (size >= UNKNOWN_SIZE_FROM && size <= 0xffff_ffff)
  const used = unknown ? there : Math.min(size, there)
  const dataBytes = used - (used % format.bytesPerFrame)
  if (dataBytes === 0 && (unknown || size <= there)) throw AudioError.fileEmpty(bytes.name)
  return {
    ...format,
    dataOffset: offset,
    dataBytes,
    ...(used < size && !unknown ? { announcedBytes: size } : {}),
    ...(title === undefined ? {} : { title }),
  }
}

function parseFormat(name: string, body: Uint8Array): Format {
  if (body.length < 16) throw AudioError.fileCorrupt(name, 'its format chunk is too short')
  const view = viewOf(body)
  const formatTag = view.getUint16(0, true)
  // WAVE_FORMAT_EXTENSIBLE: the real tag is the first two bytes of the sub-format GUID.
  const kind = formatTag === FORMAT_EXTENSIBLE && body.length >= 26 ? view.getUint16(24, true) : formatTag
  const channels = view.getUint16(2, true)
  const sampleRate = view.getUint32(4, true)
  const bits = view.getUint16(14, true)
  const encoding = encodingOf(kind, bits)
  if (encoding === undefined) {
    throw AudioError.formatUnsupported(name, `a WAV with encoding ${kind} of ${bits} bits`)
  }
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw AudioError.formatUnsupported(name, `a WAV with ${channels} channels`)
  }
  if (!isSupportedRate(sampleRate)) {
    throw AudioError.formatUnsupported(name, `a WAV at ${sampleRate} Hz`)
  }
  return { encoding, sampleRate, channels, bytesPerFrame: channels * (bits / 8) }
}

function encodingOf(kind: number, bits: number): WavEncoding | undefined {
  if (kind === FORMAT_FLOAT) return bits === 32 ? 'float32' : bits === 64 ? 'float64' : undefined
  if (kind !== FORMAT_PCM) return undefined
  switch (bits) {
    case 8:
      return 'pcm8'
    case 16:
      return 'pcm16'
    case 24:
      return 'pcm24'
    case 32:
      return 'pcm32'
    default:
      return undefined
  }
}

/** RF64 (EBU Tech 3306): the size of the data, when 32 bits do not hold it. */
function longSize(ds64: Uint8Array): number | undefined {
  if (ds64.length < 16) return undefined
  const size = Number(viewOf(ds64).getBigUint64(8, true))
  return Number.isSafeInteger(size) ? size : undefined
}

/** LIST/INFO: the INAM entry is the title. */
function infoTitle(list: Uint8Array): string | undefined {
  if (tag(list, 0) !== 'INFO') return undefined
  let at = 4
  while (at + 8 <= list.length) {
    const size = viewOf(list).getUint32(at + 4, true)
    if (tag(list, at) === 'INAM') return cleanTitle(list.subarray(at + 8, at + 8 + size))
    at += 8 + size + (size & 1)
  }
  return undefined
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

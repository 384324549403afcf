import type { Channels } from '../format.ts'
import { vorbisTitle } from './flac-metadata.ts'

/** The identification header of an Opus stream (RFC 7845 section 5.1). */
export interface OpusHead {
  channels: number
  /** samples to drop at the beginning */
  preSkip: number
  /** dB in 1/256 steps, to be applied by whoever plays */
  outputGain: number
  /** 0: mono or stereo, one stream */
  family: number
}

const HEAD = new TextEncoder().encode('OpusHead')
const TAGS = new TextEncoder().encode('OpusTags')

export function isOpusHead(packet: Uint8Array): boolean {
  return startsWith(packet, HEAD)
}

export function isOpusTags(packet: Uint8Array): boolean {
  return startsWith(packet, TAGS)
}

/** @returns undefined when this is no header of a version that can be read */
export function parseOpusHead(packet: Uint8Array): OpusHead | undefined {
  if (!isOpusHead(packet) || packet.length < 19) return undefined
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const version = view.getUint8(8)
  const channels = view.getUint8(9)
  // RFC 7845: minor versions up to 15 are compatible.
  if (version > 15 || channels === 0) return undefined
  return {
    channels,
    preSkip: view.getUint16(10, true),
    outputGain: view.getInt16(16, true),
    family: view.getUint8(18),
  }
}

export function parseOpusTitle(tags: Uint8Array): string | undefined {
  return isOpusTags(tags) ? vorbisTitle(tags.subarray(TAGS.length)) : undefined
}

export function buildOpusHead(channels: Channels, preSkip: number): Uint8Array {
  const packet = new Uint8Array(19)
  const view = new DataView(packet.buffer)
  packet.set(HEAD)
  view.setUint8(8, 1)
  view.setUint8(9, channels)
  view.setUint16(10, preSkip, true)
  view.setUint32(12, 48_000, true)
  return packet
}

/** The comment header: who wrote the stream, and its title. */
export function buildOpusTags(vendor: string, title?: string): Uint8Array {
  const encoder = new TextEncoder()
  const texts = [encoder.encode(vendor)]
  if (title !== undefined) texts.push(encoder.encode(`TITLE=${title}`))
  const packet = new Uint8Array(TAGS.length + 4 + texts.reduce((sum, text) => sum + 4 + text.length, 0))
  const view = new DataView(packet.buffer)
  packet.set(TAGS)
  let at = TAGS.length
  texts.forEach((text, index) => {
    view.setUint32(at, text.length, true)
    packet.set(text, at + 4)
    at += 4 + text.length
    if (index === 0) {
      view.setUint32(at, texts.length - 1, true)
      at += 4
    }
  })
  return packet
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}

import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'

const WAV_HEADER_BYTES = 44

/** RIFF sizes are 32 bits; beyond, readers take this as "to the end of the file". */
const UNKNOWN_SIZE = 0xffff_ffff

/** The 44 bytes before 16-bit PCM at 48 kHz. */
export function wavHeader(channels: Channels, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  const fits = dataBytes + WAV_HEADER_BYTES - 8 < UNKNOWN_SIZE
  writeTag(bytes, 0, 'RIFF')
  view.setUint32(4, fits ? dataBytes + WAV_HEADER_BYTES - 8 : UNKNOWN_SIZE, true)
  writeTag(bytes, 8, 'WAVE')
  writeTag(bytes, 12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, SAMPLE_RATE, true)
  view.setUint32(28, SAMPLE_RATE * channels * 2, true)
  view.setUint16(32, channels * 2, true)
  view.setUint16(34, 16, true)
  writeTag(bytes, 36, 'data')
  view.setUint32(40, fits ? dataBytes : UNKNOWN_SIZE, true)
  return bytes
}

function writeTag(bytes: Uint8Array, at: number, tag: string): void {
  for (let i = 0; i < tag.length; i++) bytes[at + i] = tag.charCodeAt(i)
}

import type { WavEncoding } from '../container/riff.ts'

export interface WavOptions {
  encoding?: WavEncoding
  sampleRate?: number
  channels?: number
  /** what the header says the data has, when that is a lie */
  announcedBytes?: number
  extensible?: boolean
  /** chunks between the format and the data */
  extraChunks?: Uint8Array[]
}

const BYTES: Record<WavEncoding, number> = { pcm8: 1, pcm16: 2, pcm24: 3, pcm32: 4, float32: 4, float64: 8 }

/** A WAV file of interleaved samples. */
export function buildWav(pcm: Float32Array, options: WavOptions = {}): Uint8Array {
  const { encoding = 'pcm16', sampleRate = 48_000, channels = 2 } = options
  const width = BYTES[encoding]
  const data = new Uint8Array(pcm.length * width)
  const view = new DataView(data.buffer)
  pcm.forEach((sample, i) => write(view, i * width, sample, encoding))
  const tag = encoding.startsWith('float') ? 3 : 1
  const fmt = new DataView(new ArrayBuffer(options.extensible ? 40 : 16))
  fmt.setUint16(0, options.extensible ? 0xfffe : tag, true)
  fmt.setUint16(2, channels, true)
  fmt.setUint32(4, sampleRate, true)
  fmt.setUint32(8, sampleRate * channels * width, true)
  fmt.setUint16(12, channels * width, true)
  fmt.setUint16(14, width * 8, true)
  if (options.extensible) fmt.setUint16(24, tag, true)
  const chunks = [chunk('fmt ', new Uint8Array(fmt.buffer)), ...(options.extraChunks ?? [])]
  chunks.push(chunk('data', data, options.announcedBytes))
  const body = concat([ascii('WAVE'), ...chunks])
  return concat([chunk('RIFF', body)])
}

export function chunk(id: string, body: Uint8Array, announcedBytes: number = body.length): Uint8Array {
  const size = new Uint8Array(4)
  new DataView(size.buffer).setUint32(0, announcedBytes, true)
  return concat([ascii(id), size, body, new Uint8Array(body.length % 2)])
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function write(view: DataView, at: number, sample: number, encoding: WavEncoding): void {
  switch (encoding) {
    case 'pcm8':
      return view.setUint8(at, Math.round(sample * 127) + 128)
    case 'pcm16':
      return view.setInt16(at, Math.round(sample * 32767), true)
    case 'pcm24': {
      const value = Math.round(sample * 8_388_607)
      view.setUint16(at, value & 0xffff, true)
      return view.setInt8(at + 2, value >> 16)
    }
    case 'pcm32':
      return view.setInt32(at, Math.round(sample * 2_147_483_647), true)
    case 'float32':
      return view.setFloat32(at, sample, true)
    case 'float64':
      return view.setFloat64(at, sample, true)
  }
}

/** How a sample lies in memory; names as ffmpeg's formats. */
export type PcmEncoding =
  | 'u8'
  | 's8'
  | 's16le'
  | 's16be'
  | 's24le'
  | 's24be'
  | 's32le'
  | 's32be'
  | 'f32le'
  | 'f32be'
  | 'f64le'
  | 'f64be'

interface Encoding {
  bytes: number
  sampleAt: (view: DataView, at: number) => number
}

const ENCODINGS: Readonly<Record<PcmEncoding, Encoding>> = {
  u8: { bytes: 1, sampleAt: (view, at) => (view.getUint8(at) - 128) / 128 },
  s8: { bytes: 1, sampleAt: (view, at) => view.getInt8(at) / 128 },
  s16le: { bytes: 2, sampleAt: (view, at) => view.getInt16(at, true) / 32768 },
  s16be: { bytes: 2, sampleAt: (view, at) => view.getInt16(at) / 32768 },
  s24le: {
    bytes: 3,
    sampleAt: (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 2 ** 23,
  },
  s24be: { bytes: 3, sampleAt: (view, at) => (view.getInt8(at) * 65536 + view.getUint16(at + 1)) / 2 ** 23 },
  s32le: { bytes: 4, sampleAt: (view, at) => view.getInt32(at, true) / 2 ** 31 },
  s32be: { bytes: 4, sampleAt: (view, at) => view.getInt32(at) / 2 ** 31 },
  f32le: { bytes: 4, sampleAt: (view, at) => finite(view.getFloat32(at, true)) },
  f32be: { bytes: 4, sampleAt: (view, at) => finite(view.getFloat32(at)) },
  f64le: { bytes: 8, sampleAt: (view, at) => finite(view.getFloat64(at, true)) },
  f64be: { bytes: 8, sampleAt: (view, at) => finite(view.getFloat64(at)) },
}

export function isPcmEncoding(name: string): name is PcmEncoding {
  return Object.hasOwn(ENCODINGS, name)
}

export function bytesPerSample(encoding: PcmEncoding): number {
  return ENCODINGS[encoding].bytes
}

/** Bytes to floats in -1..1; a float that is no number becomes 0. What is less than a sample at the end is left out. */
export function decodePcm(bytes: Uint8Array, encoding: PcmEncoding): Float32Array {
  const { bytes: width, sampleAt } = ENCODINGS[encoding]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pcm = new Float32Array(Math.floor(bytes.length / width))
  for (let i = 0; i < pcm.length; i++) pcm[i] = sampleAt(view, i * width)
  return pcm
}

function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0
}

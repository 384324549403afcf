import { compareRecording, openSource, OpusDecoder, type Comparison } from '@pearcast/audio'

const CHANNELS = 2
const SAMPLES_PER_S = 48_000 * CHANNELS

/** Interleaved stereo at 48 kHz. @param maxS so much of it; a long file need not fit into memory */
export async function readPcm(input: string, maxS: number): Promise<Float32Array> {
  const source = await openSource(input, { profile: 'music' })
  const decoder = new OpusDecoder({ channels: CHANNELS })
  const pieces: Float32Array[] = []
  let length = 0
  try {
    while (length < maxS * SAMPLES_PER_S) {
      const item = await source.read()
      if (item === undefined) break
      const piece = item.kind === 'pcm' ? item.pcm : decoder.decode(item.packet).slice()
      pieces.push(piece)
      length += piece.length
    }
  } finally {
    await source.close()
  }
  return joined(pieces, length)
}

/** The recording against the source it was broadcast from. */
export async function measureRecording(recording: string, source: Float32Array): Promise<Comparison> {
  return compareRecording(await readPcm(recording, Infinity), source, CHANNELS)
}

function joined(pieces: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

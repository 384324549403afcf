import { compareRecording, openSource, OpusDecoder, type AudioSource, type Comparison } from '@pearcast/audio'

const CHANNELS = 2
const SAMPLES_PER_S = 48_000 * CHANNELS

/**
 * What a broadcast of `input` with --loop holds: interleaved stereo at 48 kHz, from its first frame on.
 *
 * @param maxS so much of it: a long file need not fit into memory, a short one starts over
 */
export async function readSource(input: string, maxS: number): Promise<Float32Array> {
  return readPcm(await openSource(input, { profile: 'music', loop: true }), maxS)
}

/** The recording against the source it was broadcast from. */
export async function measureRecording(recording: string, source: Float32Array): Promise<Comparison> {
  const recorded = await readPcm(await openSource(recording, { profile: 'music' }), Infinity)
  return compareRecording(recorded, source, CHANNELS, { looped: false })
}

async function readPcm(source: AudioSource, maxS: number): Promise<Float32Array> {
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

function joined(pieces: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

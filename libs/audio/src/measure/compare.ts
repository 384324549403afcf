import type { Channels } from '../format.ts'
import { alignedSource, correlate } from './correlate.ts'
import type { CorrelateOptions, Correlation } from './correlate.ts'
import { loudnessLufs } from './loudness.ts'

/** What a recording of a broadcast is worth against its source. */
export interface Comparison extends Correlation {
  recordedLufs: number
  /** of the piece of source that was recorded */
  sourceLufs: number
  /** recorded minus source */
  loudnessDiffDb: number
}

/** Correlation and loudness of a recording against the piece of source it holds. Interleaved, 48 kHz, the same channels. */
export function compareRecording(
  recorded: Float32Array,
  source: Float32Array,
  channels: Channels,
  options: CorrelateOptions = {},
): Comparison {
  const found = correlate(recorded, source, channels, options)
  const heard = recorded.subarray(found.leadingSilenceSamples * channels)
  const samples = heard.length / channels
  const piece = alignedSource(source, channels, found.offsetSamples, samples, found.looped)
  const recordedLufs = loudnessLufs(heard, channels)
  const sourceLufs = loudnessLufs(piece, channels)
  return { ...found, recordedLufs, sourceLufs, loudnessDiffDb: recordedLufs - sourceLufs }
}

import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { alignedSource, correlate, normalised } from './correlate.ts'
import type { CorrelateOptions, Correlation } from './correlate.ts'
import { bent, REACH_SAMPLES } from './follow.ts'
import { loudnessLufs } from './loudness.ts'

/** Opus at any usual bitrate reaches more where one offset fits the whole recording. */
const ONE_OFFSET_FITS = 0.98
const END_S = 3

/** What a recording of a broadcast is worth against its source. */
export interface Comparison extends Correlation {
  recordedLufs: number
  /** of the piece of source that was recorded */
  sourceLufs: number
  /** recorded minus source */
  loudnessDiffDb: number
}

/**
 * Correlation and loudness of a recording against the piece of source it holds. Interleaved, 48 kHz, the same channels.
 * Where playback worked off a delay by resampling, as it does after a start that was held up (ADR 0010), the offset follows.
 */
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
  const perChannel = followed(found, heard, source, channels)
  const correlation = Math.min(...perChannel)
  return {
    ...found,
    perChannel,
    correlation,
    recordedLufs,
    sourceLufs,
    loudnessDiffDb: recordedLufs - sourceLufs,
  }
}

/** Of each channel. So much more of the source is needed on both sides as the offset may wander. */
function followed(
  found: Correlation,
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
): number[] {
  if (found.correlation >= ONE_OFFSET_FITS) return found.perChannel
  const samples = heard.length / channels + 2 * REACH_SAMPLES
  const from = lastOffset(heard, source, channels, found.looped) - REACH_SAMPLES
  const wide = alignedSource(source, channels, from, samples, found.looped)
  const like = bent(heard, wide, channels, REACH_SAMPLES)
  const perChannel = found.perChannel.map((_, channel) => normalised(heard, like, channels, channel, 0))
  return Math.min(...perChannel) > found.correlation ? perChannel : found.perChannel
}

/** Where the recording would begin in the source if all of it had the offset of its end, when playback has settled. */
function lastOffset(heard: Float32Array, source: Float32Array, channels: Channels, looped: boolean): number {
  const from = Math.max(0, heard.length - END_S * SAMPLE_RATE * channels)
  const { offsetSamples, leadingSilenceSamples } = correlate(heard.subarray(from), source, channels, {
    looped,
  })
  return offsetSamples - leadingSilenceSamples - from / channels
}

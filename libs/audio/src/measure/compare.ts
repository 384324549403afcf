import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { alignedSource, correlate, normalised } from './correlate.ts'
import type { CorrelateOptions, Correlation } from './correlate.ts'
import { bent, REACH_SAMPLES } from './follow.ts'
import { loudnessLufs } from './loudness.ts'

/** Opus at any usual bitrate reaches more where one offset fits the whole recording. */
const ONE_OFFSET_FITS = 0.98
/** So much of the beginning and of the end is looked for by itself. */
const ENDS_S = 3

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

/** Of each channel, along the way of offsets that fits best. */
function followed(
  found: Correlation,
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
): number[] {
  let best = found.perChannel
  if (found.correlation >= ONE_OFFSET_FITS) return best
  for (const offset of likelyOffsets(found, heard, source, channels)) {
    const perChannel = followedFrom(offset, found, heard, source, channels)
    if (Math.min(...perChannel) > Math.min(...best)) best = perChannel
  }
  return best
}

/** So much more of the source is needed on both sides as the offset may wander. */
function followedFrom(
  offset: number,
  found: Correlation,
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
): number[] {
  const samples = heard.length / channels + 2 * REACH_SAMPLES
  const wide = alignedSource(source, channels, offset - REACH_SAMPLES, samples, found.looped)
  const like = bent(heard, wide, channels, REACH_SAMPLES)
  return found.perChannel.map((_, channel) => normalised(heard, like, channels, channel, 0))
}

/**
 * Where the recording would begin in the source if all of it had the one offset, or that of its beginning or of its end,
 * when playback has settled. None of them alone is enough: music repeats itself, and a few seconds of it fit a bar later too.
 */
function likelyOffsets(
  found: Correlation,
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
): number[] {
  const end = Math.max(0, heard.length - ENDS_S * SAMPLE_RATE * channels)
  const ofEnds = [0, end].map((from) => {
    const piece = heard.subarray(from, from + ENDS_S * SAMPLE_RATE * channels)
    const { offsetSamples, leadingSilenceSamples } = correlate(piece, source, channels, {
      looped: found.looped,
    })
    return offsetSamples - leadingSilenceSamples - from / channels
  })
  return [...new Set([found.offsetSamples, ...ofEnds])]
}

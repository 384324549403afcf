import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'
import { crossCorrelation } from './fft.ts'
import { DECIMATION, mixed } from './mixed.ts'

/** How alike a recording and its source are, at the one offset that fits the whole recording best. */
export interface Correlation {
  /** where in the source (samples a channel) the recording's first sound lies; slightly negative when it begins before it */
  offsetSamples: number
  /** silence at the start of the recording, left out of the comparison */
  leadingSilenceSamples: number
  /** normalised cross-correlation of each channel, -1..1 */
  perChannel: number[]
  /** the lowest of `perChannel` */
  correlation: number
  /** whether the source was taken to start over at its end */
  looped: boolean
}

export interface CorrelateOptions {
  /** The source starts over at its end; default: whichever of the two fits better. */
  looped?: boolean | undefined
}

/** Below -60 dBFS is silence. */
const SILENCE = 0.001
/** Opus at any usual bitrate reaches 0.98. */
const GOOD_FIT = 0.9
/** The refinement looks at so much of the recording, where it is loudest. */
const REFINE_S = 4
/** A codec's pre-echo may make the recording begin this much before the source. */
const MAX_LEAD_SAMPLES = 4800

/**
 * Finds the recording in the source by FFT cross-correlation and compares them sample by sample, channel by channel.
 * @param recorded interleaved, 48 kHz, `channels`; may begin anywhere in the source
 * @param source interleaved, the same rate and channels
 */
export function correlate(
  recorded: Float32Array,
  source: Float32Array,
  channels: Channels,
  options: CorrelateOptions = {},
): Correlation {
  const silence = leadingSilence(recorded, channels)
  const heard = recorded.subarray(silence * channels)
  if (heard.length === 0 || source.length === 0) return nothing(silence, channels)
  return { ...alignEitherWay(heard, source, channels, options.looped), leadingSilenceSamples: silence }
}

type Aligned = Omit<Correlation, 'leadingSilenceSamples'>

/** A recording that fits well and ends within the source need not be tried against its repetition. */
function alignEitherWay(
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
  looped: boolean | undefined,
): Aligned {
  if (looped !== undefined) return align(heard, source, channels, looped)
  const plain = align(heard, source, channels, false)
  const endsWithin = plain.offsetSamples * channels + heard.length <= source.length
  if (endsWithin && plain.correlation > GOOD_FIT) return plain
  const repeated = align(heard, source, channels, true)
  return repeated.correlation > plain.correlation ? repeated : plain
}

function nothing(silence: number, channels: Channels): Correlation {
  const perChannel = new Array<number>(channels).fill(0)
  return { offsetSamples: 0, leadingSilenceSamples: silence, perChannel, correlation: 0, looped: false }
}

function align(heard: Float32Array, source: Float32Array, channels: Channels, looped: boolean): Aligned {
  const tiled = looped ? tile(source, heard.length + source.length) : source
  const coarse = coarseOffset(heard, tiled, channels, looped ? source.length / channels : undefined)
  const offsetSamples = refine(heard, tiled, channels, coarse)
  const perChannel: number[] = []
  for (let c = 0; c < channels; c++) perChannel.push(normalised(heard, tiled, channels, c, offsetSamples))
  return { offsetSamples, perChannel, correlation: Math.min(...perChannel), looped }
}

/** The piece of the source that the recording's sound was aligned with, zeros where the source has nothing. */
export function alignedSource(
  source: Float32Array,
  channels: Channels,
  offsetSamples: number,
  samples: number,
  looped: boolean,
): Float32Array {
  const piece = new Float32Array(samples * channels)
  for (let i = 0; i < piece.length; i++) {
    const at = offsetSamples * channels + i
    piece[i] = source[looped ? at - Math.floor(at / source.length) * source.length : at] ?? 0
  }
  return piece
}

function leadingSilence(pcm: Float32Array, channels: Channels): number {
  const first = pcm.findIndex((sample) => Math.abs(sample) > SILENCE)
  return first < 0 ? pcm.length / channels : Math.floor(first / channels)
}

function tile(source: Float32Array, length: number): Float32Array {
  const tiled = new Float32Array(length)
  for (let at = 0; at < length; at += source.length) tiled.set(source.subarray(0, length - at), at)
  return tiled
}

/** The lag with the highest normalised correlation at the reduced rate, in samples of the full rate. */
function coarseOffset(
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
  period?: number,
): number {
  const a = mixed(heard, channels)
  const b = mixed(source, channels)
  const products = crossCorrelation(a, b)
  const energyBefore = cumulativeEnergy(b)
  const floor = 1e-4 * (energyBefore[b.length] ?? 0)
  const from = period === undefined ? -MAX_LEAD_SAMPLES / DECIMATION : 0
  const to = period === undefined ? b.length : Math.ceil(period / DECIMATION)
  let bestLag = 0
  let bestScore = -Infinity
  for (let lag = from; lag < to; lag++) {
    const product = products[lag < 0 ? products.length + lag : lag] ?? 0
    const end = Math.min(b.length, lag + a.length)
    const energy = (energyBefore[end] ?? 0) - (energyBefore[Math.max(0, lag)] ?? 0)
    // A lag that leaves hardly any source to compare with must not win by its small energy.
    const score = product / Math.sqrt(Math.max(energy, floor))
    if (score > bestScore) {
      bestScore = score
      bestLag = lag
    }
  }
  return bestLag * DECIMATION
}

function cumulativeEnergy(values: Float32Array): Float64Array {
  const sums = new Float64Array(values.length + 1)
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] ?? 0) + (values[i] ?? 0) ** 2
  return sums
}

/** The exact offset near the coarse one, by the loudest seconds of the recording. */
function refine(heard: Float32Array, source: Float32Array, channels: Channels, coarse: number): number {
  const from = loudestStart(heard, REFINE_S * SAMPLE_RATE * channels)
  const loudest = heard.subarray(from, from + REFINE_S * SAMPLE_RATE * channels)
  let best = coarse
  let bestProduct = -Infinity
  for (let offset = coarse - 2 * DECIMATION; offset <= coarse + 2 * DECIMATION; offset++) {
    const product = dot(loudest, source, from + offset * channels)
    if (product > bestProduct) {
      bestProduct = product
      best = offset
    }
  }
  return best
}

function loudestStart(pcm: Float32Array, length: number): number {
  let best = 0
  let bestEnergy = -1
  for (let from = 0; from + length <= pcm.length; from += length) {
    let energy = 0
    for (let i = from; i < from + length; i++) energy += (pcm[i] ?? 0) ** 2
    if (energy > bestEnergy) {
      bestEnergy = energy
      best = from
    }
  }
  return best
}

function dot(a: Float32Array, b: Float32Array, shift: number): number {
  const from = Math.max(0, -shift)
  const to = Math.min(a.length, b.length - shift)
  let sum = 0
  for (let i = from; i < to; i++) sum += (a[i] ?? 0) * (b[i + shift] ?? 0)
  return sum
}

/** Normalised cross-correlation of one channel at one offset, -1..1. */
export function normalised(
  a: Float32Array,
  b: Float32Array,
  channels: Channels,
  channel: number,
  offset: number,
): number {
  let product = 0
  let energyA = 0
  let energyB = 0
  for (let i = channel; i < a.length; i += channels) {
    const x = a[i] ?? 0
    const y = b[i + offset * channels] ?? 0
    product += x * y
    energyA += x * x
    energyB += y * y
  }
  return energyA > 0 && energyB > 0 ? product / Math.sqrt(energyA * energyB) : 0
}

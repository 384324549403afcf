import type { Channels } from '../format.ts'
import { DECIMATION, mixed } from './mixed.ts'

/** One offset for each so many samples (50 ms), a straight line between their middles. */
const STEP = 2400
/** From step to step by 24 samples at most: 1 %, as much as playback ever resamples. A lost frame is 960. */
const MAX_TURN = 3
/** So far from the one offset, either way: 100 ms. */
export const REACH_SAMPLES = 4800
const REACH = REACH_SAMPLES / DECIMATION
const LAGS = 2 * REACH + 1

/**
 * The source as a recording would hold it whose delay was worked off by resampling: bent so that the offset follows the
 * recording's, which no step can hide from, as it follows by 1 % only.
 * @param heard interleaved, 48 kHz; begins with sound
 * @param source the same; zeros are taken where it has nothing
 * @param offsetSamples the one offset that fits best, near which the others are sought
 * @returns as long as `heard`
 */
export function bent(
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
  offsetSamples: number,
): Float32Array {
  const rough = wayOfLags(
    mixed(heard, channels),
    mixed(source, channels),
    Math.round(offsetSamples / DECIMATION),
  )
  const offsets = rough.map((lag, step) => refined(heard, source, channels, step, lag * DECIMATION))
  return taken(source, channels, smoothed(offsets), heard.length)
}

/** The way through the lags, one a step, along which the products sum up highest (Viterbi). Samples of the reduced rate. */
function wayOfLags(heard: Float32Array, source: Float32Array, middle: number): number[] {
  const size = STEP / DECIMATION
  const steps = Math.max(1, Math.floor(heard.length / size))
  const cameFrom = new Int8Array(steps * LAGS)
  let sums = new Float64Array(LAGS)
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(LAGS)
    for (let lag = 0; lag < LAGS; lag++) {
      const turn = step === 0 ? 0 : bestTurn(sums, lag)
      cameFrom[step * LAGS + lag] = turn
      next[lag] = (sums[lag + turn] ?? 0) + product(heard, source, step * size, size, middle + lag - REACH)
    }
    sums = next
  }
  const way = new Array<number>(steps)
  let lag = sums.indexOf(Math.max(...sums))
  for (let step = steps - 1; step >= 0; step--) {
    way[step] = middle + lag - REACH
    lag += cameFrom[step * LAGS + lag] ?? 0
  }
  return way
}

function bestTurn(sums: Float64Array, lag: number): number {
  let best = 0
  for (let turn = -MAX_TURN; turn <= MAX_TURN; turn++) {
    if ((sums[lag + turn] ?? -Infinity) > (sums[lag + best] ?? -Infinity)) best = turn
  }
  return best
}

function product(a: Float32Array, b: Float32Array, from: number, length: number, shift: number): number {
  let sum = 0
  for (let i = from; i < from + length; i++) sum += (a[i] ?? 0) * (b[i + shift] ?? 0)
  return sum
}

function refined(
  heard: Float32Array,
  source: Float32Array,
  channels: Channels,
  step: number,
  near: number,
): number {
  const products = Array.from({ length: 2 * DECIMATION + 1 }, (_, i) => {
    const offset = near - DECIMATION + i
    return product(heard, source, step * STEP * channels, STEP * channels, offset * channels)
  })
  const best = products.indexOf(Math.max(...products))
  const [before, peak, after] = [products[best - 1], products[best] ?? 0, products[best + 1]]
  const offset = near - DECIMATION + best
  if (before === undefined || after === undefined || peak <= 0) return offset
  // The top of the parabola through three of them.
  const curve = before - 2 * peak + after
  return curve < 0 ? offset + (before - after) / (2 * curve) : offset
}

/** Playback turns its ratio slowly (seconds), a refined offset is a sample off here and there. */
function smoothed(offsets: readonly number[]): number[] {
  return offsets.map((_, step) => {
    const reach = Math.min(2, step, offsets.length - 1 - step)
    const around = offsets.slice(step - reach, step + reach + 1)
    return around.reduce((sum, offset) => sum + offset) / around.length
  })
}

function taken(
  source: Float32Array,
  channels: Channels,
  offsets: readonly number[],
  length: number,
): Float32Array {
  const piece = new Float32Array(length)
  for (let i = 0; i < length; i += channels) {
    const sample = i / channels
    const at = sample + offsetAt(offsets, sample / STEP - 0.5)
    const whole = Math.floor(at)
    const part = at - whole
    for (let c = 0; c < channels; c++) {
      const before = source[whole * channels + c] ?? 0
      const after = source[(whole + 1) * channels + c] ?? 0
      piece[i + c] = before + part * (after - before)
    }
  }
  return piece
}

function offsetAt(offsets: readonly number[], step: number): number {
  const last = offsets.length - 1
  const before = Math.min(last, Math.max(0, Math.floor(step)))
  const after = Math.min(last, before + 1)
  const from = offsets[before] ?? 0
  return from + Math.min(1, Math.max(0, step - before)) * ((offsets[after] ?? 0) - from)
}

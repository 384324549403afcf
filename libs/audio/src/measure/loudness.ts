import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'

/** Second-order section: b0, b1, b2, a1, a2. */
type Biquad = readonly [number, number, number, number, number]

/** The two filters of K-weighting at 48 kHz (ITU-R BS.1770-5, tables 1 and 2). */
const SHELF: Biquad = [
  1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585,
]
const HIGH_PASS: Biquad = [1, -2, 1, -1.99004745483398, 0.99007225036621]

/** Gating blocks of 400 ms overlap by 75 %: sums are kept of quarters. */
const QUARTER_SAMPLES = SAMPLE_RATE / 10
const ABSOLUTE_GATE_LUFS = -70
const RELATIVE_GATE_LU = -10

/**
 * Integrated loudness in LUFS after ITU-R BS.1770: K-weighted, gated.
 * @param pcm interleaved, 48 kHz
 * @returns -Infinity for silence and for less than 400 ms
 */
export function loudnessLufs(pcm: Float32Array, channels: Channels): number {
  const powers = blockPowers(pcm, channels)
  const heard = powers.filter((power) => toLufs(power) > ABSOLUTE_GATE_LUFS)
  const gate = toLufs(mean(heard)) + RELATIVE_GATE_LU
  return toLufs(mean(heard.filter((power) => toLufs(power) > gate)))
}

function toLufs(power: number): number {
  return power > 0 ? -0.691 + 10 * Math.log10(power) : -Infinity
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Mean square of each 400 ms block, summed over the channels (both weigh 1). */
function blockPowers(pcm: Float32Array, channels: Channels): number[] {
  const quarters = quarterSums(pcm, channels)
  const powers: number[] = []
  for (let i = 3; i < quarters.length; i++) {
    const sum = (quarters[i - 3] ?? 0) + (quarters[i - 2] ?? 0) + (quarters[i - 1] ?? 0) + (quarters[i] ?? 0)
    powers.push(sum / (4 * QUARTER_SAMPLES))
  }
  return powers
}

function quarterSums(pcm: Float32Array, channels: Channels): Float64Array {
  const sums = new Float64Array(Math.floor(pcm.length / channels / QUARTER_SAMPLES))
  for (let channel = 0; channel < channels; channel++) addChannel(sums, pcm, channels, channel)
  return sums
}

/** One channel through both filters (direct form II transposed), its squares added up by quarters. */
function addChannel(sums: Float64Array, pcm: Float32Array, channels: Channels, channel: number): void {
  const [b0, b1, b2, a1, a2] = SHELF
  const [, , , c1, c2] = HIGH_PASS
  let s1 = 0
  let s2 = 0
  let h1 = 0
  let h2 = 0
  for (let quarter = 0; quarter < sums.length; quarter++) {
    let sum = 0
    for (let i = quarter * QUARTER_SAMPLES; i < (quarter + 1) * QUARTER_SAMPLES; i++) {
      const x = pcm[i * channels + channel] ?? 0
      const shelf = b0 * x + s1
      s1 = b1 * x - a1 * shelf + s2
      s2 = b2 * x - a2 * shelf
      const weighted = shelf + h1
      h1 = -2 * shelf - c1 * weighted + h2
      h2 = shelf - c2 * weighted
      sum += weighted * weighted
    }
    sums[quarter] = (sums[quarter] ?? 0) + sum
  }
}

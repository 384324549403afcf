import type { Channels } from '../format.ts'

/** Offsets are sought at 6 kHz, then refined at the full rate. */
export const DECIMATION = 8

/** Both channels in one, unevenly so that opposite phases do not cancel, every 8 samples averaged to one. */
export function mixed(pcm: Float32Array, channels: Channels): Float32Array {
  const reduced = new Float32Array(Math.ceil(pcm.length / channels / DECIMATION))
  const step = DECIMATION * channels
  for (let i = 0; i < reduced.length; i++) {
    let sum = 0
    for (let j = i * step; j < (i + 1) * step; j += channels) {
      sum += (pcm[j] ?? 0) + (channels === 2 ? 0.6 * (pcm[j + 1] ?? 0) : 0)
    }
    reduced[i] = sum / DECIMATION
  }
  return reduced
}

import type { Channels } from '../format.ts'

/** Gains of one decoded channel in the left and in the right ear. */
type Pan = readonly [number, number]

const L: Pan = [1, 0]
const R: Pan = [0, 1]
const C: Pan = [Math.SQRT1_2, Math.SQRT1_2]
const SL: Pan = [Math.SQRT1_2, 0]
const SR: Pan = [0, Math.SQRT1_2]
const LFE: Pan = [0, 0]

/** WAVE and FLAC order; the down-mix is that of ITU-R BS.775, scaled so that it cannot clip. */
const LAYOUTS: Readonly<Record<number, readonly Pan[]>> = {
  3: [L, R, C],
  4: [L, R, SL, SR],
  5: [L, R, C, SL, SR],
  6: [L, R, C, LFE, SL, SR],
  7: [L, R, C, LFE, C, SL, SR],
  8: [L, R, C, LFE, SL, SR, SL, SR],
}

/** Interleaved audio of `from` channels as interleaved audio of `to`; the same array when nothing changes. */
export function mapChannels(pcm: Float32Array, from: number, to: Channels): Float32Array {
  if (from === to) return pcm
  if (from === 1) return spread(pcm)
  const stereo = from === 2 ? pcm : downmix(pcm, from)
  return to === 2 ? stereo : fold(stereo)
}

function spread(mono: Float32Array): Float32Array {
  const stereo = new Float32Array(mono.length * 2)
  for (let i = 0; i < mono.length; i++) {
    const sample = mono[i] ?? 0
    stereo[2 * i] = sample
    stereo[2 * i + 1] = sample
  }
  return stereo
}

function fold(stereo: Float32Array): Float32Array {
  const mono = new Float32Array(stereo.length / 2)
  for (let i = 0; i < mono.length; i++) mono[i] = ((stereo[2 * i] ?? 0) + (stereo[2 * i + 1] ?? 0)) / 2
  return mono
}

function downmix(pcm: Float32Array, channels: number): Float32Array {
  const pans = LAYOUTS[channels] ?? [L, R]
  const scale = 1 / pans.reduce((sum, [left]) => sum + left, 0)
  const frames = Math.floor(pcm.length / channels)
  const stereo = new Float32Array(frames * 2)
  for (let i = 0; i < frames; i++) {
    let left = 0
    let right = 0
    for (let c = 0; c < channels; c++) {
      const sample = pcm[i * channels + c] ?? 0
      const [toLeft, toRight] = pans[c] ?? LFE
      left += sample * toLeft
      right += sample * toRight
    }
    stereo[2 * i] = left * scale
    stereo[2 * i + 1] = right * scale
  }
  return stereo
}

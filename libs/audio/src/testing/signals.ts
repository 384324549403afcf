import { SAMPLE_RATE } from '../format.ts'
import type { Channels } from '../format.ts'

/** Interleaved samples by a function of sample and channel. */
export function signal(
  samples: number,
  channels: number,
  at: (sample: number, channel: number) => number,
): Float32Array {
  return Float32Array.from({ length: samples * channels }, (_, i) =>
    at(Math.floor(i / channels), i % channels),
  )
}

/** A tone whose pitch glides for ever, so that no piece of it is like another; the right channel an own one. */
export function glide(samples: number, channels: Channels = 2): Float32Array {
  return signal(samples, channels, (sample, channel) => {
    const seconds = sample / SAMPLE_RATE
    const hz = channel === 0 ? 300 + 90 * seconds : 700 - 20 * seconds
    return 0.4 * Math.sin(2 * Math.PI * hz * seconds)
  })
}

/** Normalised correlation of two arrays at no offset. */
export function likeness(a: Float32Array, b: Float32Array): number {
  let product = 0
  let energyA = 0
  let energyB = 0
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0
    const y = b[i] ?? 0
    product += x * y
    energyA += x * x
    energyB += y * y
  }
  return product / Math.sqrt(energyA * energyB)
}

/** The largest absolute sample. */
export function peak(pcm: Float32Array): number {
  return pcm.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0)
}

import { correlate } from '@pearcast/audio'
import { expect } from 'vitest'
import { whereUnhindered } from './machine.ts'

/** What a computer that is held up for a moment may cost; exact figures belong to scenario reports, which know of it. */
const HELD_UP_SHARE = 0.1

/** From the first frame that was sent to the last: played but for what a pause of one process cost, and nothing twice. */
export function expectWhole(ended: object, framesSent: number): void {
  const played = Number(Reflect.get(ended, 'framesPlayed'))
  expect(ended).toMatchObject({ framesDuplicate: 0 })
  expect(played).toBeGreaterThan(0)
  whereUnhindered('how much was heard', () => {
    expect(ended).toMatchObject({ framesSent })
    expect(played, JSON.stringify(ended)).toBeGreaterThanOrEqual(framesSent * (1 - HELD_UP_SHARE))
  })
}

const SECOND = 96_000

export interface BestSecond {
  correlation: number
  /** How much louder than the source. */
  dB: number
}

/**
 * How alike the source and the best second of what was heard are, wherever in the source that was. Both stereo. Not every
 * second is whole where a computer was held up, and the delay may have changed between two of them.
 */
export function bestSecond(heard: Float32Array, source: Float32Array): BestSecond {
  const energy = (pcm: Float32Array): number => pcm.reduce((sum, sample) => sum + sample * sample, 0)
  let best = { correlation: -1, dB: 0 }
  for (let at = 0; at + SECOND <= heard.length; at += SECOND / 2) {
    const piece = heard.subarray(at, at + SECOND)
    const { correlation, offsetSamples } = correlate(piece, source, 2)
    if (correlation <= best.correlation) continue
    const original = source.subarray(2 * offsetSamples, 2 * offsetSamples + SECOND)
    best = { correlation, dB: 10 * Math.log10(energy(piece) / energy(original)) }
  }
  return best
}

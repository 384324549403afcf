import { describe, expect, test } from 'vitest'
import { signal } from '../testing/signals.ts'
import { loudnessLufs } from './loudness.ts'

function sine(seconds: number, hz: number, gains: readonly [number, number]): Float32Array {
  return signal(seconds * 48_000, 2, (sample, channel) => {
    return (gains[channel] ?? 0) * Math.sin((2 * Math.PI * hz * sample) / 48_000)
  })
}

describe('loudnessLufs', () => {
  // BS.1770: a 997 Hz sine at full scale in one channel reads -3.01 LUFS, in both 3 dB more.
  test('the reference sine reads as the recommendation says', () => {
    expect(loudnessLufs(sine(5, 997, [1, 0]), 2)).toBeCloseTo(-3.01, 1)
    expect(loudnessLufs(sine(5, 997, [1, 1]), 2)).toBeCloseTo(0, 1)
  })

  // EBU Tech 3341, test case 1: -23 dBFS in both channels.
  test('a stereo sine at -23 dBFS reads -23 LUFS', () => {
    const gain = 10 ** (-23 / 20)
    expect(loudnessLufs(sine(5, 1000, [gain, gain]), 2)).toBeCloseTo(-23, 1)
  })

  // EBU Tech 3341, test case 3: quiet parts 13 dB below are gated out.
  test('quiet parts do not lower the loudness of the rest', () => {
    const quiet = sine(4, 1000, [10 ** (-36 / 20), 10 ** (-36 / 20)])
    const loud = sine(24, 1000, [10 ** (-23 / 20), 10 ** (-23 / 20)])
    const programme = new Float32Array(quiet.length * 2 + loud.length)
    programme.set(quiet)
    programme.set(loud, quiet.length)
    programme.set(quiet, quiet.length + loud.length)
    expect(loudnessLufs(programme, 2)).toBeCloseTo(-23, 1)
  })

  test('deep rumble counts less than the same level in the middle', () => {
    const deep = loudnessLufs(sine(3, 40, [0.5, 0.5]), 2)
    expect(deep).toBeLessThan(loudnessLufs(sine(3, 1000, [0.5, 0.5]), 2) - 4)
  })

  test('silence and less than a gating block have no loudness', () => {
    expect(loudnessLufs(new Float32Array(96_000), 2)).toBe(-Infinity)
    expect(loudnessLufs(sine(0.3, 1000, [1, 1]), 2)).toBe(-Infinity)
  })
})

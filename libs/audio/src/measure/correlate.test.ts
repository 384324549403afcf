import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../source/play-order.ts'
import { glide } from '../testing/signals.ts'
import { compareRecording } from './compare.ts'
import { correlate } from './correlate.ts'

const SECOND = 48_000
const source = glide(4 * SECOND)

function piece(fromSample: number, samples: number): Float32Array {
  return source.slice(fromSample * 2, (fromSample + samples) * 2)
}

function withNoise(pcm: Float32Array, gain: number): Float32Array {
  const random = seededRandom(7)
  return pcm.map((sample) => sample + gain * (random() - 0.5))
}

describe('correlate', () => {
  test('finds a piece of the source at the exact sample, wherever it begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * SECOND }), (offset) => {
        const found = correlate(piece(offset, SECOND), source, 2)
        expect(found.offsetSamples - found.leadingSilenceSamples).toBe(offset)
        expect(found.correlation).toBeGreaterThan(0.9999)
      }),
      { numRuns: 8 },
    )
  })

  test('leading silence of the recording is left out', () => {
    const recorded = new Float32Array(3 * SECOND * 2)
    recorded.set(piece(SECOND, 2 * SECOND), SECOND * 2)
    const found = correlate(recorded, source, 2)
    expect(found.leadingSilenceSamples).toBeGreaterThanOrEqual(SECOND)
    expect(found.offsetSamples - (found.leadingSilenceSamples - SECOND)).toBe(SECOND)
  })

  test('a recording over the seam of a looped source is found in it', () => {
    const recorded = new Float32Array([...piece(3 * SECOND, SECOND), ...piece(0, 2 * SECOND)])
    const found = correlate(recorded, source, 2)
    expect(found.looped).toBe(true)
    expect(found.offsetSamples - found.leadingSilenceSamples).toBe(3 * SECOND)
    expect(found.correlation).toBeGreaterThan(0.9999)
    expect(correlate(recorded, source, 2, { looped: false }).correlation).toBeLessThan(0.9)
  })

  test('a recording longer than the looped source is compared with all its rounds', () => {
    const recorded = new Float32Array([...source, ...source.subarray(0, SECOND)])
    expect(correlate(recorded, source, 2).correlation).toBeGreaterThan(0.9999)
  })

  test('silence after the end of the source does not count against it', () => {
    const recorded = new Float32Array(6 * SECOND * 2)
    recorded.set(source)
    expect(correlate(recorded, source, 2).correlation).toBeGreaterThan(0.9999)
  })

  test('noise, a gap and swapped channels each lower the result', () => {
    const recorded = piece(SECOND, 3 * SECOND)
    expect(correlate(withNoise(recorded, 0.2), source, 2).correlation).toBeLessThan(0.99)
    expect(correlate(recorded.slice().fill(0, SECOND, 2 * SECOND), source, 2).correlation).toBeLessThan(0.95)
    const swapped = recorded.map((_, i) => recorded[i ^ 1] ?? 0)
    expect(correlate(swapped, source, 2).correlation).toBeLessThan(0.5)
  })

  test('one dead channel shows, however good the other is', () => {
    const recorded = piece(SECOND, 2 * SECOND).map((sample, i) => (i % 2 === 0 ? sample : 0))
    const { perChannel, correlation } = correlate(recorded, source, 2)
    expect(perChannel[0]).toBeGreaterThan(0.999)
    expect(perChannel[1]).toBe(0)
    expect(correlation).toBe(0)
  })

  test('a slip of one sample in the middle shows: there is one offset for the whole recording', () => {
    const slipped = new Float32Array([...piece(0, 2 * SECOND), ...piece(2 * SECOND + 40, SECOND)])
    expect(correlate(slipped, source, 2).correlation).toBeLessThan(0.95)
  })

  test('nothing but silence is like nothing', () => {
    expect(correlate(new Float32Array(SECOND * 2), source, 2)).toMatchObject({
      correlation: 0,
      perChannel: [0, 0],
    })
    expect(correlate(new Float32Array(0), source, 2).correlation).toBe(0)
    expect(correlate(source, new Float32Array(0), 2).correlation).toBe(0)
  })

  test('mono is one channel', () => {
    const mono = glide(2 * SECOND, 1)
    expect(correlate(mono.subarray(SECOND), mono, 1).perChannel.length).toBe(1)
  })
})

test('compareRecording tells how much louder the recording is than the same piece of source', () => {
  const louder = piece(SECOND, 3 * SECOND).map((sample) => sample * 2)
  const found = compareRecording(louder, source, 2)
  expect(found.loudnessDiffDb).toBeCloseTo(20 * Math.log10(2), 2)
  expect(found.correlation).toBeGreaterThan(0.9999)
})

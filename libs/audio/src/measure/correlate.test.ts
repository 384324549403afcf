import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../source/play-order.ts'
import { glide, signal } from '../testing/signals.ts'
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

describe('compareRecording', () => {
  const music = noise(8 * SECOND)

  /** As playback makes it of a start that was held up for 45 ms: 1 % faster at first, with a time constant of 2 s. */
  function workedOff(pcm: Float32Array): Float32Array {
    const recorded = new Float32Array(14 * SECOND)
    let behind = 0.045 * SECOND
    for (let i = 0, at = 0; i < recorded.length; i += 2) {
      const whole = Math.floor(at)
      for (const c of [0, 1]) {
        const [before = 0, after = 0] = [pcm[2 * whole + c], pcm[2 * whole + 2 + c]]
        recorded[i + c] = before + (at - whole) * (after - before)
      }
      const faster = Math.min(0.01, behind / (2 * SECOND))
      behind -= faster
      at += 1 + faster
    }
    return recorded
  }

  test('tells how much louder the recording is than the same piece of source', () => {
    const louder = piece(SECOND, 3 * SECOND).map((sample) => sample * 2)
    const found = compareRecording(louder, source, 2)
    expect(found.loudnessDiffDb).toBeCloseTo(20 * Math.log10(2), 2)
    expect(found.correlation).toBeGreaterThan(0.9999)
  })

  test('follows a delay that was worked off by resampling', () => {
    const recorded = workedOff(music)
    expect(correlate(recorded, music, 2).correlation).toBeLessThan(0.7)
    expect(compareRecording(recorded, music, 2).correlation).toBeGreaterThan(0.99)
  })

  test('follows it in music that repeats itself, whose end fits a bar earlier as well', () => {
    const bars = repeating(music, 0.45 * SECOND)
    const recorded = workedOff(bars)
    expect(correlate(recorded, bars, 2).correlation).toBeLessThan(0.7)
    expect(compareRecording(recorded, bars, 2).correlation).toBeGreaterThan(0.99)
  })

  test('does not follow a frame that is missing, and a silent one counts', () => {
    const recorded = music.slice(0, 6 * SECOND)
    const lost = new Float32Array([...music.subarray(0, 6 * SECOND), ...music.subarray(6 * SECOND + 1920)])
    expect(compareRecording(lost, music, 2).correlation).toBeLessThan(0.95)
    const silent = recorded.slice()
    for (let at = 0; at < silent.length; at += SECOND) silent.fill(0, at, at + 0.12 * SECOND)
    expect(compareRecording(silent, music, 2).correlation).toBeLessThan(0.95)
  })

  test('one dead channel shows', () => {
    const dead = workedOff(music).map((sample, i) => (i % 2 === 0 ? sample : 0))
    expect(compareRecording(dead, music, 2).correlation).toBe(0)
  })
})

/** Like nothing but itself, with what music has most of: noise below 1 kHz. */
function noise(samples: number): Float32Array {
  const random = seededRandom(11)
  const last = [0, 0]
  return signal(
    samples,
    2,
    (_, channel) => (last[channel] = 0.95 * (last[channel] ?? 0) + 0.5 * (random() - 0.5)),
  )
}

/** The same bar again and again under what does not repeat itself, until the last bars say nothing new. */
function repeating(pcm: Float32Array, barSamples: number): Float32Array {
  return pcm.map(
    (sample, i) => (pcm[i % (2 * barSamples)] ?? 0) + 0.3 * Math.max(0, 1 - i / pcm.length) * sample,
  )
}

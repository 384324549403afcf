import { describe, expect, test } from 'vitest'
import { ClockOffset } from './clock-offset.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { seededRandom } from './testing/random.ts'

describe('the clock offset', () => {
  test('is unknown before the first probe', () => {
    const clock = new ClockOffset()
    expect(clock.known).toBe(false)
    expect(clock.toLocal(5)).toBeNaN()
    expect(clock.rttUs).toBe(0)
  })

  test('comes from the probe with the shortest round trip: queues do not mislead it', () => {
    const clock = new ClockOffset()
    const random = seededRandom(4)
    const remoteAheadUs = 1_790_000_000_000_000
    for (let i = 0; i < 200; i++) {
      const t0Us = i * 1_000_000
      const thereUs = 20_000 + (i % 8 === 3 ? 0 : random() * 100_000)
      const backUs = 20_000 + (i % 8 === 3 ? 0 : random() * 10_000)
      clock.sample(t0Us, t0Us + thereUs + remoteAheadUs, t0Us + thereUs + backUs)
      if (i > 16) expect(Math.abs(clock.offsetUs - remoteAheadUs)).toBeLessThan(5000)
    }
    expect(clock.toLocal(remoteAheadUs + 123)).toBeCloseTo(123, -4)
    expect(clock.rttUs).toBe(40_000)
  })

  test('follows a clock that drifts: a good probe is forgotten after ten', () => {
    const clock = new ClockOffset()
    clock.sample(0, 0, 10)
    for (let i = 1; i <= 10; i++) clock.sample(i * 1e6, i * 1e6 + 777 + 500, i * 1e6 + 1000)
    expect(clock.offsetUs).toBe(777)
  })

  test('ignores what cannot be', () => {
    const clock = new ClockOffset()
    clock.sample(100, 50, 90)
    clock.sample(0, Number.NaN, 10)
    clock.sample(Number.NaN, 0, 10)
    expect(clock.known).toBe(false)
  })
})

describe('the latency histogram', () => {
  test('gives percentiles to the millisecond', () => {
    const histogram = new LatencyHistogram()
    expect(histogram.percentile(0.5)).toBeNaN()
    for (let ms = 1; ms <= 100; ms++) histogram.add(ms * 1000 + 100)
    expect(histogram.percentile(0.5)).toBe(50)
    expect(histogram.percentile(0.95)).toBe(95)
    expect(histogram.percentile(0)).toBe(1)
    expect(histogram.percentile(1)).toBe(100)
    expect(histogram.count).toBe(100)
  })

  test('clamps to 0 and 16 s and leaves out what is not known', () => {
    const histogram = new LatencyHistogram()
    histogram.add(Number.NaN)
    expect(histogram.count).toBe(0)
    histogram.add(-5_000_000)
    histogram.add(99_000_000)
    expect([histogram.percentile(0.5), histogram.percentile(1)]).toEqual([0, 16_000])
    histogram.clear()
    expect(histogram.count).toBe(0)
  })
})

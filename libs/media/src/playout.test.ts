import { describe, expect, test } from 'vitest'
import { Bench, type BenchOptions } from './testing/bench.ts'

/** Arrival jitter of a loopback: 1 to 3 ms, once in 5 s a hiccup of 15 to 30 ms that delays what follows it. */
function loopback(): Bench['channel'] {
  let busyUntilUs = 0
  return (_, sentUs, random) => {
    if (random() < 1 / 250) busyUntilUs = sentUs + 15_000 + random() * 15_000
    return [Math.max(busyUntilUs - sentUs, 0) + 1000 + random() * 2000]
  }
}

function healthy(options: BenchOptions): Bench {
  const bench = new Bench(options)
  bench.channel = loopback()
  return bench
}

describe('on a healthy loopback', () => {
  test.each([
    [480, 0],
    [480, 7000],
    [960, 0],
    [960, 11_000],
    [960, 19_000],
    [128, 5000],
  ])('pulls of %i samples, phase %i us: nothing adapts', (pullSamples, pullPhaseUs) => {
    for (let seed = 1; seed <= 5; seed++) {
      const bench = healthy({ pullSamples, pullPhaseUs, seed }).run(60_000)
      const stats = bench.playout.stats()
      expect({ seed, ...stats }).toMatchObject({ framesConcealed: 0, framesLost: 0, framesLate: 0, ratio: 1 })
      expect(stats.latencyMs.p50).toBeGreaterThan(33)
      expect(stats.latencyMs.p50).toBeLessThanOrEqual(62)
      expect(stats.latencyMs.p95).toBeLessThanOrEqual(70)
      expect(stats.framesPlayed).toBeGreaterThan(2990)
      console.log(pullSamples, pullPhaseUs, seed, stats.latencyMs, stats.targetMs)
    }
  })
})

import { describe, expect, test } from 'vitest'
import { Bench } from './testing/bench.ts'
import { Recording } from './testing/recording.ts'

describe('clocks that drift', () => {
  test.each([100, -100])(
    'an hour at %i ppm: no gap, no loss, the delay stays near its target',
    (driftPpm) => {
      const bench = new Bench({ driftPpm, pullSamples: 960, seed: 3, onPlayed: () => {} })
      bench.channel = (_, __, random) => [1000 + random() * 3000]
      let correcting = 0
      for (let minute = 0; minute < 60; minute++) {
        bench.run(60_000)
        const { latencyMs, bufferMs, ratio, targetMs } = bench.playout.stats()
        expect({ minute, targetMs }).toEqual({ minute, targetMs: 40 })
        expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.005)
        expect(bufferMs).toBeGreaterThan(5)
        expect(bufferMs).toBeLessThan(100)
        expect(latencyMs.p95).toBeLessThanOrEqual(90)
        if (ratio !== 1) correcting++
      }
      const stats = bench.playout.stats()
      expect(stats).toMatchObject({ framesLost: 0, framesConcealed: 0, framesLate: 0, gaps: 0 })
      expect(stats.framesPlayed).toBeGreaterThan(179_900)
      // Most of the time the sound is the decoder's, bit for bit.
      expect(correcting).toBeLessThan(20)
    },
  )

  test('correction makes no step in the sound', () => {
    const bench = new Bench({ driftPpm: 400 })
    const recording = new Recording(bench)
    let corrected = false
    for (let i = 0; i < 20; i++) {
      bench.run(10_000)
      corrected ||= bench.playout.stats().ratio !== 1
    }
    expect(corrected).toBe(true)
    // 2 pi (0.4 x 440 + 0.2 x 1000) / 48000 = 0.0492 is the tone's own steepest step, 0.5 % more when faster.
    expect(recording.largestStep(recording.start + 1)).toBeLessThan(0.0496)
  })
})

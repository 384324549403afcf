import { describe, expect, test } from 'vitest'
import { Bench, type Channel } from './testing/bench.ts'
import { Recording } from './testing/recording.ts'

/** The first frame of all takes so much longer than the rest: a process that warms up. */
function slowFirst(ms: number): Channel {
  return ({ seq }) => [seq === 1000 ? 1000 + ms * 1000 : 1000]
}

describe('a listener that is there before the source begins', () => {
  test.each([0, 15, 35, 55, 90])('hears the first frame although it comes %i ms late', (ms) => {
    for (let pullPhaseUs = 0; pullPhaseUs < 20_000; pullPhaseUs += 1000) {
      const bench = new Bench({ pullPhaseUs })
      bench.channel = slowFirst(ms)
      bench.playout.expectStart(1000)
      const stats = bench.run(5000).playout.stats()
      expect(stats).toMatchObject({ firstSeq: 1000, framesConcealed: 0, framesLost: 0 })
    }
  })

  test('one that comes later than any delay allows is given up for the live edge', () => {
    const bench = new Bench()
    bench.channel = slowFirst(600)
    bench.playout.expectStart(1000)
    const stats = bench.run(5000).playout.stats()
    expect(stats.firstSeq).toBeGreaterThan(1000)
    expect(stats).toMatchObject({ framesConcealed: 0, framesLost: 0 })
  })

  test.each([60, 120, 400, 1500])('a frame that is %i ms faster than all others holds nothing up', (ms) => {
    // A join in a storm: the sink starts when the time of the fast frame is over.
    const bench = new Bench({ pullPhaseUs: 150_000 })
    bench.channel = ({ seq }) => [seq === 1000 ? 1000 : 1000 + ms * 1000]
    const { framesPlayed } = bench.run(6000).playout.stats()
    expect(framesPlayed).toBeGreaterThan((6000 - ms - 2000) / 20)
  })

  test('a listener that comes later starts at the live edge, as before', () => {
    const bench = new Bench()
    bench.channel = slowFirst(55)
    expect(bench.run(5000).playout.stats().firstSeq).toBeGreaterThan(1000)
  })
})

/** From capture to playout, of the frame that was played last. */
function delayMs(bench: Bench): number {
  const last = bench.slots.findLast((slot) => slot.kind === 'frame')
  return (last?.latencyUs ?? Number.NaN) / 1000
}

describe('a sink that is held up as it begins, and does not catch up', () => {
  test.each([25, 45, 70])('%i ms more delay are worked off within ten seconds', (ms) => {
    const bench = new Bench({ minDelayMs: 20, excessMs: 12 })
    bench.run(300)
    const beganMs = delayMs(bench)
    bench.sleepSink(ms).run(700)
    expect(delayMs(bench)).toBeGreaterThan(beganMs + ms - 5)
    bench.run(9000)
    expect(delayMs(bench)).toBeLessThan(beganMs + 13)
    expect(bench.playout.stats()).toMatchObject({ framesConcealed: 0, framesLost: 0, framesLate: 0, gaps: 0 })
  })

  test('no step is heard while it is worked off, and afterwards the sound is as it was sent', () => {
    const bench = new Bench({ minDelayMs: 20, excessMs: 12 })
    const recording = new Recording(bench)
    bench.run(1000).sleepSink(45)
    let fastest = 1
    for (let second = 0; second < 15; second++) {
      bench.run(1000)
      fastest = Math.max(fastest, bench.playout.stats().ratio)
    }
    expect(fastest).toBeGreaterThan(1.008)
    expect(bench.playout.stats().ratio).toBe(1)
    // The tone's own steepest step is 0.0492 (see playout-drift.test.ts), 1 % more when faster.
    expect(recording.largestStep(recording.start + 1)).toBeLessThan(0.0499)
  })

  test('who records keeps one offset: less than the dead band is left as it is', () => {
    const bench = new Bench()
    bench.run(1000).sleepSink(15)
    for (let second = 0; second < 15; second++) {
      bench.run(1000)
      expect(bench.playout.stats().ratio).toBe(1)
    }
  })
})

import { describe, expect, test } from 'vitest'
import { Bench, type Channel } from './testing/bench.ts'

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

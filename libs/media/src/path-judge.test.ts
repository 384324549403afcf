import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PathJudge } from './path-judge.ts'
import { PathMonitor } from './path-monitor.ts'
import { frame } from './testing/frames.ts'
import { seededRandom } from './testing/random.ts'

const NEVER_HEARD = new PathMonitor().summary()

interface Way {
  delayMs: number
  jitterMs?: number
  loss?: number
}

/** Two paths and their judge in virtual time, looked at ten times a second. */
class Bench {
  readonly judge = new PathJudge()
  readonly monitors = { active: new PathMonitor(), other: new PathMonitor() }
  readonly #random: () => number
  readonly #driftPpm: number
  #seq = 0

  constructor(seed = 1, driftPpm = 0) {
    this.#random = seededRandom(seed)
    this.#driftPpm = driftPpm
  }

  /** After how many seconds it said "worse"; of the given ones. */
  run(seconds: number, active: Way, other?: Way): number[] {
    const said: number[] = []
    for (let i = 0; i < seconds * 50; i++) {
      const sentUs = ++this.#seq * 20_000 * (1 + this.#driftPpm / 1e6)
      this.#send('active', active, sentUs)
      if (other) this.#send('other', other, sentUs)
      if (i % 5 > 0) continue
      const { active: first, other: second } = this.monitors
      const worse = this.judge.isWorse(first.summary(), other ? second.summary() : NEVER_HEARD, sentUs)
      if (worse) said.push(Math.floor(i / 50))
    }
    return said
  }

  #send(path: 'active' | 'other', { delayMs, jitterMs = 0, loss = 0 }: Way, sentUs: number): void {
    const lost = this.#random() < loss
    const atUs = sentUs + (delayMs + this.#random() * jitterMs) * 1000
    if (!lost) this.monitors[path].onFrame(frame({ seq: this.#seq }), atUs)
  }
}

describe('a path is worse', () => {
  test('when it loses 1 % for 10 s', () => {
    expect(new Bench().run(25, { delayMs: 20, loss: 0.03 })).not.toEqual([])
    expect(new Bench().run(60, { delayMs: 20, loss: 0.004 })).toEqual([])
  })

  test('when it has become 15 ms later and stays so for 10 s', () => {
    const bench = new Bench()
    expect(bench.run(30, { delayMs: 20 })).toEqual([])
    expect(bench.run(15, { delayMs: 40 })).toEqual([10])
  })

  test('when the other one comes 15 ms sooner, for 10 s', () => {
    expect(new Bench().run(15, { delayMs: 40 }, { delayMs: 20 })).toHaveLength(1)
    expect(new Bench().run(60, { delayMs: 30 }, { delayMs: 20 })).toEqual([])
  })

  test('not for what passes', () => {
    const bench = new Bench()
    bench.run(20, { delayMs: 20 })
    expect(bench.run(5, { delayMs: 80 })).toEqual([])
    expect(bench.run(30, { delayMs: 20 })).toEqual([])
  })

  test('once for one change: what has lasted a minute is how it is', () => {
    const bench = new Bench()
    bench.run(30, { delayMs: 20 })
    expect(bench.run(300, { delayMs: 60 }).length).toBeLessThanOrEqual(7)
    expect(bench.run(300, { delayMs: 60 })).toEqual([])
  })

  test('never because clocks drift, or for its usual jitter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: -100, max: 100 }),
        fc.constantFrom(0, 5, 30),
        (seed, ppm, jitterMs) => {
          expect(new Bench(seed, ppm).run(200, { delayMs: 20, jitterMs })).toEqual([])
        },
      ),
      { numRuns: 10 },
    )
  })
})

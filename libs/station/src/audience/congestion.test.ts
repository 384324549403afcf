import { encodeDatagram } from '@pearcast/protocol'
import type { Reception } from '@pearcast/session-fsm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nowUs } from '../clock.ts'
import { AudienceBench, BOTH, CHANNEL, framesOf, SWARM } from '../testing/audience-bench.ts'
import type { MemoryLink } from '../testing/memory-link.ts'

let bench: AudienceBench

function report(link: MemoryLink, changes: Partial<Reception>): void {
  const reception = { headSeq: 1, expected: 50, received: 50, jitterMs: 2, delayMs: 5, ...changes }
  link.receiveDatagram(encodeDatagram({ type: 'report', channel: CHANNEL, ...reception }))
}

/** Seconds in which each link reports the same; the clock stands for both ends. */
function secondsOf(count: number, reports: Map<MemoryLink, Partial<Reception>>): void {
  for (let i = 0; i < count; i++) {
    vi.advanceTimersByTime(1000)
    for (const [link, changes] of reports) report(link, changes)
    bench.audience.tick(nowUs() / 1000)
  }
}

describe('congestion', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('an uplink of 256 kbit/s takes two listeners at 20 kbit/s, the third is refused until one leaves', () => {
    bench = new AudienceBench(10, 256_000)
    const [a, b, c] = [bench.join('a', SWARM), bench.join('b', SWARM), bench.join('c', SWARM)]
    expect(c.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
    bench.publish(1)
    expect([framesOf(a), framesOf(b), framesOf(c)]).toEqual([[1], [1], []])
    b.lose()
    c.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    bench.publish(2)
    expect(framesOf(c)).toContain(2)
  })

  test('who loses much gets no repeats, then nothing for 15 s; the others notice nothing', () => {
    bench = new AudienceBench(10)
    const [a, b, c] = [bench.join('a', SWARM), bench.join('b', SWARM), bench.join('c', SWARM)]
    const reports = new Map([
      [a, {}],
      [b, { received: 20 }],
      [c, {}],
    ] as const)
    bench.publish(1)
    secondsOf(5, reports)
    const before = b.datagrams.length
    b.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [1] }))
    expect(b.datagrams).toHaveLength(before)
    a.receiveDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs: [1] }))
    expect(framesOf(a)).toEqual([1, 1])
    secondsOf(6, reports)
    expect(b.sent.at(-1)).toMatchObject({ type: 'refused', reason: 'full', retryAfterMs: 15_000 })
    expect(bench.events.at(-1)).toEqual({ event: 'listener-left', id: 'b', reason: 'congested' })
    bench.publish(2)
    expect([framesOf(a), framesOf(b), framesOf(c)].map((seqs) => seqs.includes(2))).toEqual([
      true,
      false,
      true,
    ])
  })

  test('who was paused and comes back too early is told how long it still has to wait; then it is let in', () => {
    bench = new AudienceBench(10)
    const [a, b] = [bench.join('a', SWARM), bench.join('b', SWARM)]
    const reports = new Map([
      [a, {}],
      [b, { received: 20 }],
    ] as const)
    for (let i = 0; i < 20 && bench.audience.size === 2; i++) secondsOf(1, reports)
    expect(bench.audience.size).toBe(1)
    vi.advanceTimersByTime(5000)
    b.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    expect(b.sent.at(-1)).toMatchObject({ type: 'refused', retryAfterMs: 10_000 })
    vi.advanceTimersByTime(10_000)
    b.receive({ type: 'subscribe', channel: CHANNEL, variant: 0, paths: SWARM })
    expect(b.sent.at(-1)).toMatchObject({ type: 'accepted' })
    expect(bench.events.at(-1)).toMatchObject({ event: 'listener-joined', id: 'b' })
  })

  test('when all suffer, the last that came leaves, and nobody is let in for it', () => {
    bench = new AudienceBench(10)
    const links = ['a', 'b', 'c'].map((id) => bench.join(id, SWARM))
    const reports = new Map(links.map((link) => [link, { received: 30 }] as const))
    bench.publish(1)
    secondsOf(6, reports)
    expect(bench.events.filter(({ event }) => event === 'listener-left')).toEqual([])
    secondsOf(2, reports)
    expect(bench.events.filter(({ event }) => event === 'listener-left')).toEqual([
      { event: 'listener-left', id: 'c', reason: 'congested' },
    ])
    secondsOf(20, new Map(links.slice(0, 2).map((link) => [link, {}] as const)))
    const d = bench.join('d', SWARM)
    expect(d.sent).toEqual([expect.objectContaining({ type: 'refused', reason: 'full' })])
    bench.publish(2)
    expect(links.map((link) => framesOf(link).includes(2))).toEqual([true, true, false])
  })

  test('what is lost because this process was held up sends nobody away', () => {
    bench = new AudienceBench(10)
    const links = ['a', 'b', 'c'].map((id) => bench.join(id, SWARM))
    const reports = new Map(links.map((link) => [link, { received: 10 }] as const))
    for (let i = 0; i < 30; i++) {
      // One beat where ten were due.
      bench.audience.beat(undefined, nowUs() / 1000)
      secondsOf(1, reports)
    }
    expect(bench.events.filter(({ event }) => event === 'listener-left')).toEqual([])
  })

  test('who loses a little without a queue gets each frame again two frames later', () => {
    bench = new AudienceBench(10)
    const link = bench.join('a', SWARM)
    secondsOf(3, new Map([[link, { received: 48 }]]))
    const before = framesOf(link).length
    for (let seq = 1; seq <= 5; seq++) bench.publish(seq)
    expect(framesOf(link).slice(before)).toEqual([1, 2, 3, 1, 4, 2, 5, 3])
  })

  test('repeats are for a few, and not where the uplink has no room', () => {
    bench = new AudienceBench(10, 256_000)
    const [a, b] = [bench.join('a', SWARM), bench.join('b', SWARM)]
    secondsOf(
      3,
      new Map([
        [a, { received: 48 }],
        [b, { received: 48 }],
      ] as const),
    )
    for (let seq = 1; seq <= 5; seq++) bench.publish(seq)
    expect([framesOf(a), framesOf(b)]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ])
  })

  test('without room for a second copy nobody changes its path, until there is', () => {
    bench = new AudienceBench(10, 270_000)
    const [a, b] = [bench.join('a', BOTH), bench.join('b', SWARM)]
    bench.rtc[0]?.onPhase('connected')
    bench.publish(1)
    expect(bench.rtc[0]?.packets).toHaveLength(0)
    b.lose()
    bench.audience.tick(nowUs() / 1000)
    bench.publish(2)
    expect(bench.rtc[0]?.packets).toHaveLength(1)
    expect(framesOf(a)).toEqual([1, 2])
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../random.ts'
import { Link, type LinkConfig } from './link.ts'

const PACKETS = 10_000
/** 50 packets a second, as a station sends. */
const SPACING_MS = 20
const SEEDS = [1, 2, 3]

interface Sent {
  sentMs: number
  arrivals: number[]
}

function run(config: LinkConfig, seed: number, packetBytes = 300, spacingMs = SPACING_MS): Sent[] {
  const link = new Link(config, seededRandom(seed))
  return Array.from({ length: PACKETS }, (_, i) => {
    const sentMs = i * spacingMs
    return { sentMs, arrivals: [...link.send(packetBytes, sentMs)] }
  })
}

const lostShare = (sent: Sent[]): number => sent.filter((one) => one.arrivals.length === 0).length / PACKETS

function meanBurst(sent: Sent[]): number {
  let bursts = 0
  let lost = 0
  sent.forEach((one, i) => {
    if (one.arrivals.length > 0) return
    lost++
    if (i === 0 || (sent[i - 1]?.arrivals.length ?? 0) > 0) bursts++
  })
  return lost / bursts
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function expectWithinTenPercent(value: number, wanted: number): void {
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(0.1 * wanted)
}

describe('over 10 000 packets, within 10 %', () => {
  test.each([0.05, 0.2])('random loss of %d', (loss) => {
    for (const seed of SEEDS) {
      const sent = run({ delayMs: 1, loss }, seed)
      expectWithinTenPercent(lostShare(sent), loss)
      // Independent losses come in bursts of 1 / (1 - loss).
      expectWithinTenPercent(meanBurst(sent), 1 / (1 - loss))
    }
  })

  // About 75 bursts in 10 000 packets vary by more than 10 % themselves, so the rate is that of 20 runs.
  test('Gilbert-Elliott loss of 3 % in bursts of 4', () => {
    const runs = Array.from({ length: 20 }, (_, seed) =>
      run({ delayMs: 1, loss: { rate: 0.03, meanBurstPackets: 4 } }, seed),
    )
    expectWithinTenPercent(mean(runs.map(lostShare)), 0.03)
    expectWithinTenPercent(mean(runs.map(meanBurst)), 4)
  })

  test('Gilbert-Elliott loss of 30 % in bursts of 2', () => {
    for (const seed of SEEDS) {
      const sent = run({ delayMs: 1, loss: { rate: 0.3, meanBurstPackets: 2 } }, seed)
      expectWithinTenPercent(lostShare(sent), 0.3)
      expectWithinTenPercent(meanBurst(sent), 2)
    }
  })

  test('jitter: uniform around the delay', () => {
    for (const seed of SEEDS) {
      const delays = run({ delayMs: 30, jitterMs: 9 }, seed).map((one) => (one.arrivals[0] ?? 0) - one.sentMs)
      expectWithinTenPercent(mean(delays), 30)
      const deviation = Math.sqrt(mean(delays.map((delay) => (delay - 30) ** 2)))
      expectWithinTenPercent(deviation, 9 / Math.sqrt(3))
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(21)
      expect(Math.max(...delays)).toBeLessThanOrEqual(39)
    }
  })

  test('reordering: the share of packets that a later one overtakes', () => {
    for (const seed of SEEDS) {
      const sent = run({ delayMs: 10, reorder: 0.1 }, seed)
      const overtaken = sent.filter((one, i) => {
        const next = sent[i + 1]?.arrivals[0]
        return next !== undefined && next < (one.arrivals[0] ?? 0)
      })
      // A packet that is followed by another held one is overtaken by neither.
      expectWithinTenPercent(overtaken.length / PACKETS, 0.1 * 0.9)
    }
  })

  test('duplicates', () => {
    for (const seed of SEEDS) {
      const sent = run({ delayMs: 10, duplicate: 0.1 }, seed)
      expectWithinTenPercent(sent.filter((one) => one.arrivals.length === 2).length / PACKETS, 0.1)
    }
  })

  test('rate: what arrives in a second when more is sent', () => {
    // 300 bytes each ms are 2400 kbit/s; half of it passes.
    const sent = run({ delayMs: 5, rateKbps: 1200, queueBytes: 6000 }, 1, 300, 1)
    const last = Math.max(...sent.map((one) => one.arrivals[0] ?? 0))
    const arrived = sent.filter((one) => one.arrivals.length > 0).length
    expectWithinTenPercent((arrived * 300 * 8) / last, 1200)
    expectWithinTenPercent(lostShare(sent), 0.5)
  })
})

describe('the queue', () => {
  test('a packet takes its own time on the wire, and waits for those before it', () => {
    const link = new Link({ delayMs: 10, rateKbps: 1000 }, seededRandom(1))
    expect([...link.send(1250, 0)]).toEqual([20])
    expect([...link.send(1250, 0)]).toEqual([30])
    expect([...link.send(125, 5)]).toEqual([31])
    expect([...link.send(125, 100)]).toEqual([111])
  })

  test('is finite: the tail is dropped, and the delay never exceeds it', () => {
    const link = new Link({ delayMs: 0, rateKbps: 1000, queueBytes: 5000 }, seededRandom(1))
    const arrivals = Array.from({ length: 10 }, () => link.send(1250, 0)[0])
    expect(arrivals).toEqual([10, 20, 30, 40, ...Array.from({ length: 6 }, () => undefined)])
    expect(link.drop).toBe('queue-full')
    expect(link.send(1250, 10)[0]).toBe(50)
  })
})

test('without reordering no packet overtakes another one, whatever the jitter', () => {
  const config = fc.record({ delayMs: fc.nat(50), jitterMs: fc.nat(200), duplicate: fc.constant(0.2) })
  fc.assert(
    fc.property(config, fc.nat(), fc.array(fc.nat(30), { maxLength: 50 }), (chosen, seed, gaps) => {
      const link = new Link(chosen, seededRandom(seed))
      let nowMs = 0
      let lastMs = 0
      for (const gap of gaps) {
        nowMs += gap
        for (const arrivalMs of link.send(100, nowMs)) {
          expect(arrivalMs).toBeGreaterThanOrEqual(Math.max(lastMs, nowMs))
          lastMs = arrivalMs
        }
      }
    }),
  )
})

test('the same seed gives the same run, another seed another one', () => {
  const config: LinkConfig = { delayMs: 20, jitterMs: 5, loss: 0.1, reorder: 0.1, duplicate: 0.1 }
  const log = (seed: number): string => JSON.stringify(run(config, seed))
  expect(log(7)).toBe(log(7))
  expect(log(7)).not.toBe(log(8))
})

test('a line that changes delivers what is on its way, in order', () => {
  const link = new Link({ delayMs: 100 }, seededRandom(1))
  const [before = 0] = link.send(100, 0)
  link.configure({ delayMs: 1 })
  expect(link.send(100, 10)[0]).toBeGreaterThanOrEqual(before)
  expect([...link.send(100, 200)]).toEqual([201])
  link.configure({ delayMs: 1, loss: 1 })
  expect([...link.send(100, 300)]).toEqual([])
  expect(link.drop).toBe('loss')
})

test.each<[string, LinkConfig]>([
  ['a time is negative', { delayMs: -1 }],
  ['a loss of 1.5 is no share of 1', { delayMs: 1, loss: 1.5 }],
  ['bursts of 0.5 packets', { delayMs: 1, loss: { rate: 0.1, meanBurstPackets: 0.5 } }],
  ['bursts of 1 packets cannot lose 0.9', { delayMs: 1, loss: { rate: 0.9, meanBurstPackets: 1 } }],
  ['a probability is outside 0..1', { delayMs: 1, duplicate: 2 }],
  ['its rate is not above 0', { delayMs: 1, rateKbps: 0 }],
  ['its queue holds no packet', { delayMs: 1, rateKbps: 100, queueBytes: 100 }],
  ['its MTU is below', { delayMs: 1, mtu: 100 }],
  ['a time is negative', { delayMs: Number.NaN }],
])('refused: %s', (problem, config) => {
  expect(() => new Link(config, seededRandom(1))).toThrow(problem)
})

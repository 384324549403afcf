import { describe, expect, it } from 'vitest'
import { listenersPerCore, lossRatio, percentile, windowRow } from './row.ts'

describe('a row', () => {
  const rss = { rssKiB: 130_000, emptyRssKiB: 100_000 }
  const seen = { cpuUs: 3_000_000, sent: 300_000, received: 299_700, overflowed: 150, ...rss }

  it('divides the CPU of a window by the packets that went out, not by those that came', () => {
    expect(windowRow('fanout', 'swarm', 300, seen, 5)).toEqual({
      bench: 'fanout',
      path: 'swarm',
      n: 300,
      cpuUsPerPacket: 10,
      listenersPerCore: 2000,
      rssPerListenerKiB: 100,
      lossRatio: 0.001,
      ratioToDgram: 2,
      rssMiB: 127,
      overflowRatio: 0.0005,
    })
  })

  it('has no ratio when nothing was measured beside it', () => {
    expect(windowRow('fanout', 'swarm', 300, seen).ratioToDgram).toBeNull()
  })
})

describe('loss', () => {
  it('never rounds a lost packet away', () => {
    expect(lossRatio(10_000_000, 9_999_999)).toBe(0.000_001)
    expect(lossRatio(10_000_000, 10_000_000)).toBe(0)
  })

  it('is total when nothing was sent', () => {
    expect(lossRatio(0, 0)).toBe(1)
  })
})

it('counts whole listeners a core', () => {
  expect(listenersPerCore(15)).toBe(1333)
})

it('takes the nearest rank as a percentile', () => {
  const samples = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect([0.5, 0.95, 1].map((share) => percentile(samples, share))).toEqual([50, 95, 100])
  expect(percentile([], 0.5)).toBeNaN()
})

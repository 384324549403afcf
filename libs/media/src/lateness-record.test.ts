import { describe, expect, test } from 'vitest'
import { DelayTarget } from './delay-target.ts'
import { FastestArrival } from './fastest-arrival.ts'
import { LatenessRecord } from './lateness-record.ts'

describe('the fastest arrival', () => {
  test('is the smallest offset of the last 10 s', () => {
    const fastest = new FastestArrival()
    expect(fastest.us).toBe(Number.POSITIVE_INFINITY)
    expect(fastest.add(500, 0)).toBe(0)
    expect(fastest.add(900, 500_000)).toBe(400)
    expect(fastest.add(800, 5_000_000)).toBe(300)
    expect(fastest.add(900, 10_000_000)).toBe(100)
    expect(fastest.add(900, 15_000_000)).toBe(0)
  })

  test('starts anew when told so', () => {
    const fastest = new FastestArrival()
    fastest.add(500, 0)
    fastest.rebase(7000, 100)
    expect(fastest.add(7000, 200)).toBe(0)
  })
})

describe('the record of lateness', () => {
  function recorded(...episodes: readonly number[]): LatenessRecord {
    const record = new LatenessRecord()
    episodes.forEach((latenessUs, i) => record.add(latenessUs, i * 1_000_000))
    record.add(0, episodes.length * 1_000_000)
    return record
  }

  test('ranks episodes, not frames: what comes together counts once', () => {
    const record = new LatenessRecord()
    for (let i = 0; i < 5; i++) record.add(100_000 - i * 20_000, 1_000_000 + i)
    record.add(30_000, 2_000_000)
    record.add(0, 3_000_000)
    expect(record.worstUs(0)).toBe(100_000)
    expect(record.worstUs(1)).toBe(30_000)
    expect(record.worstUs(2)).toBe(0)
  })

  test('remembers 30 to 60 s, across the halves of its window', () => {
    const record = recorded(
      50_000,
      ...new Array<number>(34).fill(1000),
      40_000,
      ...new Array<number>(20).fill(1000),
    )
    expect(record.worstUs(0)).toBe(50_000)
    expect(record.worstUs(1)).toBe(40_000)
    for (let s = 60; s < 130; s++) record.add(0, s * 1_000_000)
    expect(record.worstUs(0)).toBe(0)
  })
})

describe('the target delay', () => {
  test('stays through one stall a minute, rises when stalls recur, and comes down by 5 ms a second', () => {
    const target = new DelayTarget(40_000, 400_000)
    const pass = (fromS: number, toS: number, latenessUs: (s: number) => number): void => {
      for (let s = fromS; s < toS; s++) {
        target.onArrival(latenessUs(s), s * 1_000_000)
        target.review(Number.NaN, s * 1_000_000)
      }
    }
    pass(0, 60, (s) => (s === 30 ? 120_000 : 3000))
    expect(target.us).toBe(40_000)
    pass(60, 100, (s) => (s % 20 === 10 ? 120_000 : 3000))
    expect(target.us).toBe(130_000)
    pass(100, 120, () => 3000)
    expect(target.us).toBe(130_000)
    pass(120, 300, () => 3000)
    expect(target.us).toBe(40_000)
  })

  test('three late frames of one stall do not raise it, three spread ones do', () => {
    const target = new DelayTarget(40_000, 400_000)
    for (let i = 0; i < 5; i++) expect(target.onLate(90_000, 1_000_000 + i)).toBe(false)
    expect(target.us).toBe(40_000)
    const other = new DelayTarget(40_000, 400_000)
    expect(other.onLate(50_000, 0)).toBe(false)
    expect(other.onLate(60_000, 50_000)).toBe(false)
    expect(other.onLate(55_000, 120_000)).toBe(true)
    expect(other.us).toBe(84_000)
  })

  test('late frames further apart than 5 s are accidents', () => {
    const target = new DelayTarget(40_000, 400_000)
    for (let i = 0; i < 20; i++) expect(target.onLate(90_000, i * 2_600_000)).toBe(false)
  })
})

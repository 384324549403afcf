import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChildCongestion, type Reception, type Treatment } from './child-congestion.ts'

const GOOD: Reception = { headSeq: 1, expected: 50, received: 50, jitterMs: 2, delayMs: 5 }
const lossy = (lost: number): Reception => ({ ...GOOD, received: 50 - lost })
const delayed = (delayMs: number): Reception => ({ ...GOOD, delayMs })

/** Reports once a second; the treatment after each. */
class Reports {
  readonly child = new ChildCongestion()
  nowMs = 1000

  tell(...reports: Reception[]): Treatment[] {
    return reports.map((report) => {
      this.child.onReport(report, this.nowMs)
      this.nowMs += 1000
      return this.child.treatment
    })
  }

  times(count: number, report: Reception): Treatment | undefined {
    return this.tell(...Array.from({ length: count }, () => report)).at(-1)
  }
}

describe('a child', () => {
  test('that hears well is never touched', () => {
    const reports = new Reports()
    expect(
      new Set(reports.tell(...Array.from({ length: 100 }, (_, i) => (i % 7 ? GOOD : lossy(4))))),
    ).toEqual(new Set(['full']))
    expect(reports.child.shareAt(reports.nowMs).isCongested).toBe(false)
  })

  test('that loses more than 20 % without a queue gets each frame once, one that loses 10 % is repaired', () => {
    const reports = new Reports()
    expect(reports.times(60, lossy(9))).toBe('full')
    expect(reports.child.shareAt(reports.nowMs).isCongested).toBe(false)
    expect(reports.child.wantsRepeats).toBe(true)
    expect(reports.times(4, lossy(11))).toBe('lean')
  })

  test('that loses more than 10 % for 3 s behind a queue gets each frame once, and all again 10 s after it is over', () => {
    const reports = new Reports()
    reports.tell(GOOD)
    expect(reports.times(2, { ...lossy(6), delayMs: 100 })).toBe('full')
    expect(reports.times(2, { ...lossy(6), delayMs: 100 })).toBe('lean')
    expect(reports.times(9, GOOD)).toBe('lean')
    expect(reports.times(2, GOOD)).toBe('full')
  })

  test('that loses much in one bad second is left alone', () => {
    const reports = new Reports()
    for (let i = 0; i < 20; i++) expect(reports.tell(GOOD, lossy(50), GOOD)).toEqual(['full', 'full', 'full'])
  })

  test('that loses more than half is stopped 5 s later, one that loses less hears what is left', () => {
    const reports = new Reports()
    reports.tell(GOOD)
    expect(reports.times(60, lossy(24))).toBe('lean')
    expect(reports.times(4, lossy(30))).toBe('lean')
    expect(reports.times(1, lossy(30))).toBe('stop')
  })

  test('with 200 ms of queue for 2 s gets each frame once, and is not stopped for a queue that stays', () => {
    const reports = new Reports()
    reports.tell(GOOD)
    expect(reports.times(3, delayed(400))).toBe('lean')
    expect(reports.times(60, delayed(400))).toBe('lean')
  })

  test('whose queue grows beyond what any buffer waits for is stopped', () => {
    const reports = new Reports()
    expect(reports.tell(...Array.from({ length: 20 }, (_, i) => delayed(i * 100))).at(-1)).toBe('lean')
    expect(reports.tell(...Array.from({ length: 6 }, (_, i) => delayed(2000 + i * 100))).at(-1)).toBe('stop')
  })

  test('that says nothing more has no trouble that counts', () => {
    const reports = new Reports()
    reports.times(4, lossy(40))
    expect(reports.child.shareAt(reports.nowMs).isCongested).toBe(true)
    expect(reports.child.shareAt(reports.nowMs + 3000).isCongested).toBe(false)
  })

  test('that reports five times a second is judged by the second', () => {
    const child = new ChildCongestion()
    // One lost frame in ten, every other time: 5 %.
    for (let i = 0; i < 300; i++) {
      child.onReport({ ...GOOD, expected: 10, received: i % 2 ? 10 : 9 }, i * 200)
      expect(child.treatment).toBe('full')
    }
    expect(child.wantsRepeats).toBe(true)
  })

  test.each<[string, string, Reception]>([
    ['3 % lost and no queue', 'are', { ...GOOD, expected: 100, received: 97 }],
    ['1 % lost', 'are not', { ...GOOD, expected: 100, received: 99 }],
    ['22 % lost', 'are not', lossy(11)],
    ['3 % lost behind a queue', 'are not', { ...GOOD, expected: 100, received: 97, delayMs: 150 }],
  ])('with %s: repeats %s worth their price', (_, verdict, report) => {
    const reports = new Reports()
    reports.times(3, report)
    expect(reports.child.wantsRepeats).toBe(verdict === 'are')
  })

  test('gets repeats until the loss is gone, not until it is hidden', () => {
    const reports = new Reports()
    reports.times(3, lossy(2))
    expect(reports.child.wantsRepeats).toBe(true)
    reports.times(3, { ...GOOD, expected: 100, received: 99 })
    expect(reports.child.wantsRepeats).toBe(true)
    reports.times(3, GOOD)
    expect(reports.child.wantsRepeats).toBe(false)
  })

  test('may report whatever it likes: lean comes before stop, and repeats only with full', () => {
    const report = fc
      .record({
        headSeq: fc.nat(),
        expected: fc.nat(0xffff),
        received: fc.nat(0xffff),
        jitterMs: fc.nat(0xffff),
        delayMs: fc.oneof(fc.nat(0xffff), fc.nat(400)),
      })
      .map((given) => ({ ...given, received: Math.min(given.received, given.expected) }))
    fc.assert(
      fc.property(fc.array(fc.tuple(report, fc.nat(3000)), { maxLength: 80 }), (reports) => {
        const child = new ChildCongestion()
        let nowMs = 0
        let before: Treatment = 'full'
        for (const [each, afterMs] of reports) {
          nowMs += afterMs
          child.onReport(each, nowMs)
          if (child.treatment === 'stop') expect(before).not.toBe('full')
          if (child.wantsRepeats) expect(child.treatment).toBe('full')
          const { lossRatio } = child.shareAt(nowMs)
          expect(lossRatio >= 0 && lossRatio <= 1).toBe(true)
          before = child.treatment
        }
      }),
    )
  })
})

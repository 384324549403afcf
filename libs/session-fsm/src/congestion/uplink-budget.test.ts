import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UplinkBudget, type UplinkShare } from './uplink-budget.ts'

const NOMINAL_BPS = 100_000
const WELL: UplinkShare = { lossRatio: 0, isCongested: false }
const ILL: UplinkShare = { lossRatio: 0.4, isCongested: true }

function budgetOf(configuredBps?: number): UplinkBudget {
  return new UplinkBudget({ configuredBps, nominalBps: NOMINAL_BPS })
}

/** One second in which each child gets `bps`. */
function second(budget: UplinkBudget, children: readonly UplinkShare[], bps = NOMINAL_BPS): boolean {
  budget.onFrame(bps / 8)
  return budget.tick(children)
}

describe('an uplink of 300 kbit/s', () => {
  test('takes two listeners of 100 kbit/s and no third: seven tenths are for audio', () => {
    const budget = budgetOf(300_000)
    expect([0, 1, 2, 3].map((copies) => budget.admits(copies))).toEqual([true, true, false, false])
  })

  test('takes somebody even when it is too small, rather than nobody', () => {
    expect(budgetOf(50_000).admits(0)).toBe(true)
    expect(budgetOf(50_000).admits(1)).toBe(false)
  })

  test('has room for a change of path in what is held back', () => {
    expect(budgetOf(340_000).allowsSwitch(2)).toBe(true)
    expect(budgetOf(300_000).allowsSwitch(2)).toBe(false)
  })

  test('takes fewer when the frames are larger than the encoder was told to make them', () => {
    const budget = budgetOf(300_000)
    second(budget, [WELL], 150_000)
    expect(budget.admits(1)).toBe(false)
  })

  test('remembers loud passages for ten seconds', () => {
    const budget = budgetOf(300_000)
    second(budget, [WELL], 150_000)
    for (let i = 0; i < 9; i++) second(budget, [WELL], 20_000)
    expect(budget.copyBps).toBe(150_000)
    second(budget, [WELL], 20_000)
    expect(budget.copyBps).toBe(NOMINAL_BPS)
  })
})

describe('an uplink that nobody knows', () => {
  test('takes everybody until most of them suffer at one time', () => {
    const budget = budgetOf()
    expect(budget.admits(1000)).toBe(true)
    for (let i = 0; i < 100; i++) expect(second(budget, [WELL, WELL, ILL])).toBe(false)
    expect(budget.uplinkBps).toBe(Number.POSITIVE_INFINITY)
    for (let i = 0; i < 5; i++) expect(second(budget, [ILL, WELL, ILL])).toBe(false)
    expect(second(budget, [ILL, WELL, ILL])).toBe(true)
    expect(budget.isShared).toBe(true)
    expect(budget.uplinkBps).toBeCloseTo(220_000)
  })

  test('sends one listener away at a time, and waits to see whether that was enough', () => {
    const budget = budgetOf()
    for (let i = 0; i < 5; i++) second(budget, [ILL, ILL, ILL])
    const sent = Array.from({ length: 7 }, () => second(budget, [ILL, ILL, ILL]))
    expect(sent).toEqual([true, false, false, true, false, false, true])
  })

  test('is not to blame for the trouble of one, and not for that of the only one', () => {
    const budget = budgetOf()
    for (let i = 0; i < 20; i++) expect(second(budget, [ILL])).toBe(false)
    for (let i = 0; i < 20; i++) expect(second(budget, [ILL, WELL, WELL, WELL])).toBe(false)
    expect(budget.isShared).toBe(false)
  })

  test('is not judged by trouble of all that passes, as that of a line that was cut for a moment', () => {
    const budget = budgetOf()
    for (let i = 0; i < 100; i++) expect(second(budget, i % 6 < 5 ? [ILL, ILL] : [WELL, WELL])).toBe(false)
    expect(budget.admits(100)).toBe(true)
  })

  test('is tried again after a minute without trouble', () => {
    const budget = budgetOf()
    for (let i = 0; i < 7; i++) second(budget, [ILL, ILL])
    const { uplinkBps } = budget
    for (let i = 0; i < 59; i++) second(budget, [WELL])
    expect(budget.uplinkBps).toBe(uplinkBps)
    second(budget, [WELL])
    expect(budget.uplinkBps).toBeCloseTo(uplinkBps * 1.25)
  })

  test('is never said to be smaller than one listener needs, whatever they report', () => {
    const share = fc.record({
      lossRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      isCongested: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(fc.array(share, { maxLength: 6 }), { maxLength: 40 }), (seconds) => {
        const budget = budgetOf()
        for (const children of seconds) {
          second(budget, children)
          expect(budget.uplinkBps).toBeGreaterThanOrEqual(NOMINAL_BPS)
          expect(budget.admits(0)).toBe(true)
        }
      }),
    )
  })
})

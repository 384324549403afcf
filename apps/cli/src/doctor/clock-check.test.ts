import { expect, test } from 'vitest'
import { clockCheck, clockStepMs } from './clock-check.ts'

const before = { wallMs: Date.UTC(2027, 1, 1), monotonicMs: 1000 }
const after = (ranMs: number, steppedMs: number) => ({
  wallMs: before.wallMs + ranMs + steppedMs,
  monotonicMs: before.monotonicMs + ranMs,
})

test('a clock that just runs is fine, and not called right', () => {
  expect(clockCheck(before, after(7000, 3))).toMatchObject({
    status: 'ok',
    text: expect.stringContaining('ran evenly for 7 s. Whether it is right was not measured'),
  })
})

test('a clock that is set while we look is noticed, in either direction', () => {
  expect(clockStepMs(before, after(2000, 3_600_000))).toBe(3_600_000)
  expect(clockCheck(before, after(2000, -5000))).toMatchObject({
    status: 'warning',
    text: expect.stringContaining('set by -5000 ms'),
  })
})

test('a clock from before this program was written fails', () => {
  const early = { wallMs: 0, monotonicMs: 0 }
  expect(clockCheck(early, { wallMs: 2000, monotonicMs: 2000 })).toMatchObject({
    status: 'failed',
    code: 'CLOCK',
    text: expect.stringContaining('1970-01-01'),
  })
})

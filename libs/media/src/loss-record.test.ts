import { expect, test } from 'vitest'
import { LossRecord } from './loss-record.ts'

const S = 1_000_000

test('one loss is an accident, and so is one burst', () => {
  const losses = new LossRecord()
  for (let i = 0; i < 5; i++) losses.onLoss(100_000, S + i * 10_000)
  expect(losses.isLossy(2 * S)).toBe(false)
})

test('a second one within 10 s is not; then the path is lossy until 30 s after the last', () => {
  const losses = new LossRecord()
  losses.onLoss(40_000, S)
  losses.onLoss(40_000, 12 * S)
  expect(losses.isLossy(12 * S)).toBe(false)
  losses.onLoss(40_000, 21 * S)
  expect(losses.isLossy(21 * S)).toBe(true)
  losses.onLoss(40_000, 50 * S)
  expect(losses.isLossy(79 * S)).toBe(true)
  expect(losses.isLossy(81 * S)).toBe(false)
})

test('an outage is no loss', () => {
  const losses = new LossRecord()
  losses.onLoss(40_000, S)
  losses.onLoss(3_000_000, 2 * S)
  expect(losses.isLossy(2 * S)).toBe(false)
})

test('the longest hole is remembered for 30 to 60 s', () => {
  const losses = new LossRecord()
  losses.onLoss(120_000, S)
  expect(losses.longestHoleUs).toBe(120_000)
  losses.onLoss(40_000, 32 * S)
  expect(losses.longestHoleUs).toBe(120_000)
  losses.onLoss(60_000, 63 * S)
  expect(losses.longestHoleUs).toBe(60_000)
})

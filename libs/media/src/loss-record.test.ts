import { expect, test } from 'vitest'
import { LossRecord } from './loss-record.ts'

const S = 1_000_000

test('one loss is an accident, and so is one burst', () => {
  const losses = new LossRecord()
  for (let i = 0; i < 5; i++) losses.onLoss(100_000, S + i * 10_000)
  expect(losses.isLossy(2 * S)).toBe(false)
})

test('a second one within 10 s is not; the path is lossy until none came for four times as long', () => {
  const losses = new LossRecord()
  losses.onLoss(40_000, S)
  losses.onLoss(40_000, 12 * S)
  expect(losses.isLossy(12 * S)).toBe(false)
  losses.onLoss(40_000, 17 * S)
  expect(losses.isLossy(36 * S)).toBe(true)
  expect(losses.isLossy(38 * S)).toBe(false)
})

test('that takes 10 s at least, and 30 s at most', () => {
  const often = new LossRecord()
  for (let i = 0; i < 20; i++) often.onLoss(40_000, S + i * 400_000)
  const lastS = (S + 19 * 400_000) / S
  expect(often.isLossy((lastS + 9) * S)).toBe(true)
  expect(often.isLossy((lastS + 11) * S)).toBe(false)
  const rarely = new LossRecord()
  for (let i = 0; i < 20; i++) rarely.onLoss(40_000, S + i * 9 * S)
  expect(rarely.isLossy((1 + 19 * 9 + 29) * S)).toBe(true)
  expect(rarely.isLossy((1 + 19 * 9 + 31) * S)).toBe(false)
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

import { expect, test } from 'vitest'
import { HoldUpRecord, isEnoughToMeasure } from './hold-up.ts'

function record(...heldMs: number[]): HoldUpRecord {
  const made = new HoldUpRecord(50)
  heldMs.forEach((ms, look) => made.add(ms, look * 50))
  return made
}

test('a machine that is merely busy holds nothing up', () => {
  expect(record(15, 0, 25, 25, 25, 0)).toMatchObject({ worstMs: 0, totalMs: 0 })
})

test('what is held up look after look is one hold-up, and all of them are summed', () => {
  expect(record(0, 300, 45, 10, 100, 0)).toMatchObject({ worstMs: 345, totalMs: 445, long: 1 })
})

test('what may take long is excused by all that is held up meanwhile', () => {
  const held = record(0, 300, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0)
  expect(held.excuseMs(100)).toBe(300)
  expect(held.excuseMs(1000)).toBe(400)
  expect(record(0, 0).excuseMs(1000)).toBe(0)
})

test('a machine that runs nothing at all does not excuse for ever', () => {
  expect(record(...Array.from({ length: 2000 }, () => 50)).excuseMs(1000)).toBeLessThanOrEqual(100_000)
})

test('where the machine stood still for a good part of a play, what failed in it says nothing', () => {
  expect(isEnoughToMeasure(1900, 12_000)).toBe(false)
  expect(isEnoughToMeasure(500, 12_000)).toBe(true)
})

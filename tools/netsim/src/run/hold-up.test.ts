import { expect, test } from 'vitest'
import { HoldUpRecord } from './hold-up.ts'

function record(...heldMs: number[]): HoldUpRecord {
  const made = new HoldUpRecord(50)
  for (const ms of heldMs) made.add(ms)
  return made
}

test('a machine that is merely busy holds nothing up', () => {
  expect(record(15, 0, 25, 25, 25, 0)).toMatchObject({ worstMs: 0, totalMs: 0 })
})

test('what is held up look after look is one hold-up, and all of them are summed', () => {
  expect(record(0, 300, 45, 10, 100, 0)).toMatchObject({ worstMs: 345, totalMs: 445 })
})

import { expect, test } from 'vitest'
import { percentile } from './summary.ts'

test('percentiles are by nearest rank', () => {
  expect(percentile([5, 1, 3, 2, 4], 0.5)).toBe(3)
  expect(percentile([1, 2, 3, 4], 0.95)).toBe(4)
  expect(percentile([7], 0.5)).toBe(7)
})

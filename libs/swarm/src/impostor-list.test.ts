import { expect, test } from 'vitest'
import { ImpostorList } from './impostor-list.ts'

test('an impostor rests for a minute, also when the clock is set meanwhile', () => {
  const list = new ImpostorList()
  list.add('aa', 1_000_000)
  expect(list.has('aa', 1_059_999)).toBe(true)
  expect(list.has('aa', 1_060_000)).toBe(false)
  expect(list.has('aa', 1_000_000 - 3_600_000)).toBe(false)
  expect(list.has('bb', 1_000_000)).toBe(false)
})

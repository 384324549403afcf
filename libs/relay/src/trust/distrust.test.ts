import { expect, test } from 'vitest'
import { DistrustList } from './distrust.ts'

test('a forger is not asked for half an hour, and twice as long the second time', () => {
  const list = new DistrustList()
  list.add('aa', 'forged', 0)
  expect([list.has('aa', 1_799_999), list.has('aa', 1_800_000), list.has('bb', 0)]).toEqual([
    true,
    false,
    false,
  ])
  list.add('aa', 'forged', 2_000_000)
  expect([list.has('aa', 5_599_999), list.has('aa', 5_600_000)]).toEqual([true, false])
})

test('a parent that was only behind is forgiven within seconds, and less soon each time', () => {
  const list = new DistrustList()
  expect([1, 2, 3].map(() => list.add('aa', 'withheld', 0))).toEqual([10_000, 20_000, 40_000])
  for (let i = 0; i < 30; i++) list.add('aa', 'withheld', 0)
  expect(list.has('aa', 7_200_000)).toBe(false)
})

test('who is only suspected is a last resort after two seconds, later each time; a forger never is', () => {
  const list = new DistrustList()
  list.add('slow', 'withheld', 0)
  list.add('forger', 'forged', 0)
  expect(list.isLastResort('slow', 1999)).toBe(false)
  expect(list.isLastResort('slow', 2000)).toBe(true)
  expect(list.isLastResort('forger', 1_000_000)).toBe(false)
  list.add('slow', 'lied-depth', 5000)
  expect(list.isLastResort('slow', 8999)).toBe(false)
  expect(list.isLastResort('slow', 9000)).toBe(true)
  list.add('slow', 'flood', 10_000)
  expect(list.isLastResort('slow', 300_000)).toBe(false)
})

test('the list holds 256, and keeps who is distrusted longest', () => {
  const list = new DistrustList()
  list.add('forger', 'forged', 0)
  for (let i = 0; i < 1000; i++) list.add(`key ${i}`, 'withheld', i)
  expect(list.size).toBe(256)
  expect(list.has('forger', 1000)).toBe(true)
  expect(list.has('key 999', 1000)).toBe(true)
})

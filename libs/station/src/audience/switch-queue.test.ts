import { expect, test } from 'vitest'
import { SwitchQueue } from './switch-queue.ts'

function child(id: string, started: string[]): { id: string; startSwitch(): void } {
  return { id, startSwitch: () => started.push(id) }
}

test('four children switch at once; the others wait for their turn, in order', () => {
  const queue = new SwitchQueue(() => true)
  const started: string[] = []
  const children = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => child(id, started))
  for (const each of children) expect(queue.takeConnection(each)).toBe(true)
  for (const each of children) queue.request(each)
  expect(started).toEqual(['a', 'b', 'c', 'd'])
  const [a, b, , , e] = children
  if (a === undefined || b === undefined || e === undefined) throw new Error('six children')
  queue.end(b)
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e'])
  queue.release(a)
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('a child that left while waiting is not started', () => {
  const queue = new SwitchQueue(() => true)
  const started: string[] = []
  const children = ['a', 'b', 'c', 'd', 'e'].map((id) => child(id, started))
  for (const each of children) queue.takeConnection(each)
  for (const each of children) queue.request(each)
  for (const each of children.toReversed()) queue.release(each)
  expect(started).toEqual(['a', 'b', 'c', 'd'])
})

test('the thirty-third child gets no connection until one is free', () => {
  const queue = new SwitchQueue(() => true)
  const children = Array.from({ length: 33 }, (_, i) => child(String(i), []))
  expect(children.map((each) => queue.takeConnection(each)).filter(Boolean)).toHaveLength(32)
  const [first, last] = [children[0], children[32]]
  if (first === undefined || last === undefined) throw new Error('33 children')
  queue.release(first)
  expect(queue.takeConnection(last)).toBe(true)
})

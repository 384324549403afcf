import { expect, it } from 'vitest'
import { Arrivals } from './arrivals.ts'

function hear(arrivals: Arrivals, index: number, from: number, to: number, without: number[] = []): void {
  for (let seq = from; seq <= to; seq++) if (!without.includes(seq)) arrivals.take(index, seq)
}

function audience(size: number): Arrivals {
  const arrivals = new Arrivals()
  for (let i = 0; i < size; i++) arrivals.add()
  return arrivals
}

it('does not count packets under way at the ends of the window as lost', () => {
  const arrivals = audience(2)
  hear(arrivals, 0, 100, 199)
  hear(arrivals, 1, 101, 200)
  expect(arrivals.end()).toEqual({ received: 200, expected: 200, silent: 0 })
})

it('counts what is missing in between', () => {
  const arrivals = audience(1)
  hear(arrivals, 0, 1, 100, [7, 8, 50])
  expect(arrivals.end()).toEqual({ received: 97, expected: 100, silent: 0 })
})

it('counts a copy once', () => {
  const arrivals = audience(1)
  hear(arrivals, 0, 1, 10)
  hear(arrivals, 0, 8, 12)
  expect(arrivals.end()).toEqual({ received: 12, expected: 12, silent: 0 })
})

it('holds a listener that falls silent against the others', () => {
  const arrivals = audience(3)
  hear(arrivals, 0, 1, 100)
  hear(arrivals, 1, 1, 50)
  expect(arrivals.end()).toEqual({ received: 150, expected: 300, silent: 1 })
})

it('forgets what came before the window', async () => {
  const arrivals = audience(1)
  hear(arrivals, 0, 1, 100)
  arrivals.begin()
  const heard = arrivals.heardBy(1)
  hear(arrivals, 0, 101, 103)
  await heard
  expect(arrivals.end()).toEqual({ received: 3, expected: 3, silent: 0 })
})

it('says how many heard something when others never do', async () => {
  const arrivals = audience(2)
  arrivals.take(0, 1)
  await expect(arrivals.heardBy(2, 1)).rejects.toThrow('1 of 2 hear something after 1 ms')
})

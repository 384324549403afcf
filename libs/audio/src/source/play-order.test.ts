import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PlayOrder } from './play-order.ts'

test('unshuffled, every pass is as given', () => {
  const order = new PlayOrder(3, undefined)
  expect([order.nextPass(), order.nextPass()]).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ])
})

test('shuffled, a pass has every entry once, none follows itself, and a seed gives one order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.nat(),
      fc.integer({ min: 1, max: 8 }),
      (entries, seed, passes) => {
        const [order, again] = [new PlayOrder(entries, seed), new PlayOrder(entries, seed)]
        const played: number[] = []
        for (let n = 0; n < passes; n++) {
          const pass = order.nextPass()
          expect(pass.toSorted((a, b) => a - b)).toEqual(Array.from({ length: entries }, (_, i) => i))
          expect(again.nextPass()).toEqual(pass)
          played.push(...pass)
        }
        for (let i = 1; i < played.length; i++) expect(played[i]).not.toBe(played[i - 1])
      },
    ),
  )
})

test('different seeds give different orders', () => {
  const orders = [1, 2, 3, 4].map((seed) => new PlayOrder(20, seed).nextPass().join())
  expect(new Set(orders).size).toBe(4)
})

test('a single entry is played again', () => {
  const order = new PlayOrder(1, 5)
  expect([order.nextPass(), order.nextPass()]).toEqual([[0], [0]])
})

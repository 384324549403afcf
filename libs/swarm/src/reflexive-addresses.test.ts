import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Address } from './address.ts'
import { ReflexiveAddresses } from './reflexive-addresses.ts'

const relayNumber = (n: number): Address => ({ host: `9.9.9.${n}`, port: 1 })
/** The node is at another address each time. */
const place = (n: number): Address => ({ host: '8.8.8.8', port: 1000 + n })

/** One second: which relays the announcer has, who answers, and whether the node moves just before. */
const secondAmong = (max: number) =>
  fc.record({
    present: fc.uniqueArray(fc.nat({ max }), { maxLength: 3 }),
    mute: fc.uniqueArray(fc.nat({ max })),
    moves: fc.boolean(),
  })

class Walk {
  readonly #addresses = new ReflexiveAddresses()
  #place = 0
  asked = 0

  /** Returns whether a move was told of. */
  take({ present, mute, moves }: { present: number[]; mute: number[]; moves: boolean }): boolean {
    if (moves) this.#place++
    const round = this.#addresses.begin(present.map(relayNumber))
    this.asked = round.relays.length
    const told = round.relays
      .filter(({ host }) => !mute.some((n) => relayNumber(n).host === host))
      .map((relay) => this.#addresses.answer(round, relay, place(this.#place), true))
    const isMove = told.some((change) => change !== undefined)
    if (isMove) this.#addresses.moved(round)
    else this.#addresses.settle(round)
    return isMove
  }
}

test('a move is told of when everybody answers at the latest, and without one nothing is told', () => {
  fc.assert(
    fc.property(
      fc.array(secondAmong(7), { maxLength: 5 }),
      fc.array(secondAmong(7), { maxLength: 4 }),
      (before, after) => {
        const walk = new Walk()
        walk.take({ present: [0, 1, 2], mute: [], moves: false })
        for (const each of before) expect(walk.take({ ...each, moves: false })).toBe(false)
        const told = after.map((each, i) => walk.take({ ...each, moves: i === 0 }))
        told.push(walk.take({ present: [], mute: [], moves: after.length === 0 }))
        expect(told.filter(Boolean)).toHaveLength(1)
      },
    ),
  )
})

test('whoever moves all the time asks few', () => {
  fc.assert(
    fc.property(fc.array(secondAmong(99), { maxLength: 60 }), (seconds) => {
      const walk = new Walk()
      for (const each of seconds) {
        walk.take(each)
        expect(walk.asked).toBeLessThanOrEqual(16)
      }
      for (let s = 0; s < 3; s++) walk.take({ present: [3, 4, 5], mute: [], moves: false })
      expect(walk.asked).toBe(3)
    }),
  )
})

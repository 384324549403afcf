import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countRollover, type RolloverState } from './rollover.ts'

const freshState = (): RolloverState => ({ rolloverCounter: 0, lastSequenceNumber: 0 })

test('packets within half the number space of each other have the index that they were sent with', () => {
  const steps = fc.array(fc.integer({ min: -30_000, max: 32_000 }), { maxLength: 50 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), steps, (first, moves) => {
      const state = freshState()
      let index = first
      countRollover(first, state)
      for (const move of moves) {
        index = Math.max(0, index + move)
        countRollover(index & 0xffff, state)
        expect(state.rolloverCounter * 0x1_0000 + state.lastSequenceNumber).toBe(index)
      }
    }),
  )
})

test('a repair from before the wrap counts back, and the stream goes on after it', () => {
  const state = freshState()
  const counters = [65_000, 65_535, 100, 65_400, 101].map((sequenceNumber) => {
    countRollover(sequenceNumber, state)
    return state.rolloverCounter
  })
  expect(counters).toEqual([0, 0, 1, 0, 1])
})

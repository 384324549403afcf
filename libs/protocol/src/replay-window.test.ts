import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import { ReplayWindow } from './replay-window.ts'

test('the replay window agrees with a set of all counters ever seen', () => {
  // Steps forth and back around the window's size, from anywhere up to 2^52.
  const steps = fc.array(
    fc.oneof(
      fc.integer({ min: -40, max: 40 }),
      fc.integer({ min: -1100, max: 1100 }),
      fc.constantFrom(-1025, -1024, -1023, 0, 31, 32, 33, 1023, 1024, 1025, 5000),
    ),
    { maxLength: 300 },
  )
  fc.assert(
    fc.property(fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 2 ** 52 })), steps, (start, moves) => {
      const window = new ReplayWindow()
      const seen = new Set<number>()
      let highest = -1
      let counter = start
      for (const move of moves) {
        const isFresh = !seen.has(counter) && counter > highest - LIMITS.replayWindow
        expect(window.accepts(counter)).toBe(isFresh)
        if (isFresh) {
          window.mark(counter)
          seen.add(counter)
          highest = Math.max(highest, counter)
        }
        counter = Math.max(0, counter + move)
      }
    }),
    { numRuns: 300 },
  )
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import { ReplayWindow } from './replay-window.ts'

/** Steps forth and back around the window's size, and returns to what was seen a few steps ago. */
const move = fc.oneof(
  fc.record({ by: fc.integer({ min: -40, max: 40 }) }),
  fc.record({ by: fc.integer({ min: -1100, max: 1100 }) }),
  fc.record({ by: fc.integer({ min: 980, max: 1030 }) }),
  fc.record({ by: fc.constantFrom(-1025, -1024, -1023, 0, 31, 32, 33, 5000) }),
  fc.record({ back: fc.integer({ min: 1, max: 4 }) }),
)

test('the replay window agrees with a set of all counters ever seen', () => {
  const start = fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 2 ** 52 }))
  fc.assert(
    fc.property(start, fc.array(move, { maxLength: 200 }), (first, moves) => {
      const window = new ReplayWindow()
      const path = [first]
      const seen = new Set<number>()
      let highest = -1
      for (const next of [{ by: 0 }, ...moves]) {
        const counter =
          'by' in next ? Math.max(0, (path.at(-1) ?? 0) + next.by) : (path.at(-next.back) ?? first)
        path.push(counter)
        const isFresh = !seen.has(counter) && counter > highest - LIMITS.replayWindow
        expect(window.accepts(counter)).toBe(isFresh)
        if (!isFresh) continue
        window.mark(counter)
        seen.add(counter)
        highest = Math.max(highest, counter)
      }
    }),
    { numRuns: 300 },
  )
})

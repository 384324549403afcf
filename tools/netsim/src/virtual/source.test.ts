import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FRAME_MS, Source } from './source.ts'

test('a stall is a stretch without frames, and the numbers go on after it', () => {
  const source = new Source(20)
  source.stall(100)
  source.resume(800)
  expect(source.seqAt(19)).toBe(-1)
  expect(source.seqAt(20)).toBe(0)
  // Frames 0 to 3 at 20, 40, 60, 80; the one of 100 ms is not sent.
  expect(source.seqAt(799)).toBe(3)
  expect(source.seqAt(800)).toBe(4)
  expect(source.sentMs(4)).toBe(800)
  source.stall(810)
  expect(source.sentMs(5)).toBe(Infinity)
})

test('whatever stalls, the number at a time and the time of a number are each the inverse of the other', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 12 }), (lengthsMs) => {
      const source = new Source(FRAME_MS)
      let nowMs = FRAME_MS
      for (const [i, ms] of lengthsMs.entries()) {
        nowMs += ms
        if (i % 2 === 0) source.stall(nowMs)
        else source.resume(nowMs)
      }
      for (let seq = 0; seq <= source.seqAt(nowMs); seq++) {
        const sentMs = source.sentMs(seq)
        expect(source.seqAt(sentMs)).toBe(seq)
        expect(source.seqAt(sentMs - 1)).toBe(seq - 1)
      }
    }),
    { numRuns: 50 },
  )
})

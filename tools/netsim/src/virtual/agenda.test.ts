import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'

test('what is due runs in order of time, then of asking, also beyond the span of the wheel', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400_000), { maxLength: 60 }), (times) => {
      const agenda = new Agenda()
      const ran: [number, number][] = []
      for (const [i, ms] of times.entries()) agenda.at(ms, () => ran.push([agenda.nowMs, i]))
      agenda.runFor(400_000)
      const expected = times
        .map((ms, i): [number, number] => [ms, i])
        .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
      expect(ran).toEqual(expected)
      expect(agenda.events).toBe(times.length)
    }),
    { numRuns: 20 },
  )
})

test('what a job adds to its own millisecond still runs in it, and a fraction is never early', () => {
  const agenda = new Agenda()
  const ran: number[] = []
  agenda.at(10, () => {
    agenda.after(0, () => ran.push(agenda.nowMs))
    agenda.after(0.2, () => ran.push(agenda.nowMs))
  })
  agenda.runFor(20)
  expect(ran).toEqual([10, 11])
})

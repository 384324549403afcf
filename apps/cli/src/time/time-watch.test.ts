import { expect, test } from 'vitest'
import { timeEvents, type ClockReading } from './time-watch.ts'
import { timeLine } from './watch-time.ts'

const LOOK_MS = 1000
const before: ClockReading = { monotonicMs: 5000, uptimeMs: 900_000, wallMs: 1_800_000_000_000 }

/** So much later by each clock. */
function events(monotonicMs: number, uptimeMs: number, wallMs: number) {
  const after = {
    monotonicMs: before.monotonicMs + monotonicMs,
    uptimeMs: before.uptimeMs + uptimeMs,
    wallMs: before.wallMs + wallMs,
  }
  return timeEvents(before, after, LOOK_MS)
}

test('a second that passes is nothing, late, slewed or coarse', () => {
  expect(events(1000, 1000, 1000)).toEqual([])
  expect(events(3500, 3500, 3500)).toEqual([])
  expect(events(1000, 1000, 1400)).toEqual([])
  expect(events(1010, 2000, 1010)).toEqual([])
  expect(events(1010, 0, 1010)).toEqual([])
})

test('a stopped process has slept by all clocks', () => {
  expect(events(11_000, 11_010, 11_000)).toEqual([{ event: 'resumed', pausedMs: 10_000 }])
})

test('a computer that was asleep has slept by uptime, and its clock was not set', () => {
  expect(events(1000, 3_601_000, 3_601_003)).toEqual([{ event: 'resumed', pausedMs: 3_600_000 }])
})

test('a clock that is set is not a sleep, in either direction', () => {
  expect(events(1000, 1000, 3_601_000)).toEqual([{ event: 'clock-set', byMs: 3_600_000 }])
  expect(events(1000, 1000, -3_599_000)).toEqual([{ event: 'clock-set', byMs: -3_600_000 }])
})

test('asleep, and then set', () => {
  expect(events(1000, 61_000, 3_661_000)).toEqual([
    { event: 'resumed', pausedMs: 60_000 },
    { event: 'clock-set', byMs: 3_600_000 },
  ])
})

test('each is told with what is done about it', () => {
  expect(timeLine({ event: 'resumed', pausedMs: 12_300 })).toMatch(/for 12 s.*Looking for the others again/)
  expect(timeLine({ event: 'clock-set', byMs: -3_600_000 })).toMatch(/set back by 3600 s/)
})

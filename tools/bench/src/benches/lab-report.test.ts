import { expect, it } from 'vitest'
import { stepsOf } from './lab-report.ts'

const EVENTS = [
  { event: 'searching', t: 10_200 },
  { event: 'connected', t: 10_600, ms: 600, via: 'punched' },
  { event: 'station', t: 10_640, title: 'Test tone' },
  { event: 'first-audio', t: 10_700, ms: 700, path: 'swarm', via: 'punched' },
  { event: 'station', t: 11_000, title: 'Renamed' },
]
const lines = (events: readonly object[]): string => events.map((event) => JSON.stringify(event)).join('\n')

it('says where the time to the first sound went', () => {
  expect(stepsOf(lines(EVENTS))).toEqual({
    networkMs: 200,
    connectMs: 400,
    acceptedMs: 40,
    playedMs: 60,
    totalMs: 700,
  })
})

it('has nothing to say of who heard nothing', () => {
  expect(stepsOf(lines(EVENTS.slice(0, 3)))).toBeUndefined()
  expect(stepsOf('')).toBeUndefined()
})

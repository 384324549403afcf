import { driveEveryEdge, randomRun, run, untakenTransitions, type Walk } from '@pearcast/fsm/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stationMachine } from './machine.ts'
import type { StationContext, StationEffect, StationEvent, StationInput } from './types.ts'

const input: StationInput = { generation: 1, term: 100 }
const retry: StationEvent = { type: 'timer', id: 'announce' }

const start: StationEvent = { type: 'START' }
const announced: StationEvent = { type: 'ANNOUNCED' }
const failed: StationEvent = { type: 'ANNOUNCE_FAILED', reason: 'UDP seems blocked' }
const live: StationEvent = { type: 'SOURCE_LIVE' }
const moved: StationEvent = { type: 'ADDRESS_CHANGED' }
const stop: StationEvent = { type: 'STOP' }

const station = (...events: StationEvent[]) => {
  const machine = run(stationMachine, input)
  for (const event of events) machine.send(event)
  return machine
}

describe('a station', () => {
  test('is announced, then publishes its record and starts its source', () => {
    const { send } = station()
    expect(send({ type: 'START' })).toEqual([{ type: 'notify', event: 'announcing' }, { type: 'announce' }])
    expect(send({ type: 'ANNOUNCED' })).toEqual([
      { type: 'publish-record' },
      { type: 'start-timer', id: 'record', ms: 3_600_000 },
      { type: 'start-source' },
      { type: 'notify', event: 'on-air' },
    ])
  })

  test('tries again and again to be announced, with a growing rest of at most 30 s', () => {
    const { send, ledger } = station(start)
    for (let round = 0; round < 7; round++) {
      send(failed)
      send(retry)
    }
    const rests = ledger.of('start-timer').map(({ ms }) => ms)
    expect(rests).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(ledger.of('announce')).toHaveLength(8)
    expect(ledger.of('notify').at(-1)).toMatchObject({ reason: 'UDP seems blocked', attempt: 7 })
  })

  test('rests for a second again after it has been announced', () => {
    const { send } = station(start, failed, { type: 'timer', id: 'announce' }, failed)
    send(moved)
    send(announced)
    for (const round of [1, 2]) {
      send(moved)
      expect(send(failed)[0], `round ${round}`).toEqual({ type: 'start-timer', id: 'announce', ms: 1000 })
      send({ type: 'timer', id: 'announce' })
      send({ type: 'REANNOUNCED' })
    }
  })

  test('tries at once when its address changes while it waits', () => {
    const { send } = station(start, failed)
    expect(send({ type: 'ADDRESS_CHANGED' })).toContainEqual({ type: 'announce' })
  })

  test('signs heartbeats while its source is quiet, and none before the first frame', () => {
    const { send } = station(start, announced)
    expect(send({ type: 'SOURCE_LIVE' })).toEqual([{ type: 'notify', event: 'source', state: 'live' }])
    expect(send({ type: 'SOURCE_STALLED' })[0]).toEqual({ type: 'start-heartbeat', state: 'stalled' })
    expect(send({ type: 'SOURCE_MUTED' })[0]).toEqual({ type: 'start-heartbeat', state: 'muted' })
    expect(send({ type: 'SOURCE_LIVE' })[0]).toEqual({ type: 'stop-heartbeat' })
  })

  test('puts its record again each hour, and sooner when that failed', () => {
    const { send } = station(start, announced)
    expect(send({ type: 'timer', id: 'record' })).toEqual([
      { type: 'publish-record' },
      { type: 'start-timer', id: 'record', ms: 3_600_000 },
    ])
    expect(send({ type: 'RECORD_FAILED', reason: 'no quorum' })).toEqual([
      { type: 'start-timer', id: 'record', ms: 30_000 },
    ])
  })

  test('is announced again under a new address while its source goes on', () => {
    const { send, driver } = station(start, announced, live)
    expect(send({ type: 'ADDRESS_CHANGED' })).toEqual([
      { type: 'notify', event: 'address-changed' },
      { type: 'reannounce' },
    ])
    expect(driver.snapshot().value).toEqual({ 'on-air': { source: 'live', reach: 'reannouncing' } })
    expect(send({ type: 'REANNOUNCED' })).toEqual([
      { type: 'publish-record' },
      { type: 'notify', event: 'reachable' },
    ])
  })

  test('whose address changes once more meanwhile is announced once more', () => {
    const { send } = station(start, announced, moved, moved)
    expect(send({ type: 'REANNOUNCED' })).toEqual([{ type: 'reannounce' }])
    expect(send({ type: 'REANNOUNCED' })[0]).toEqual({ type: 'publish-record' })
  })

  test('that cannot be announced again waits and tries', () => {
    const { send } = station(start, announced, moved, failed)
    expect(send(retry)).toContainEqual({ type: 'reannounce' })
    expect(send({ type: 'ANNOUNCE_FAILED', reason: 'x' })[0]).toMatchObject({ ms: 2000 })
    expect(send({ type: 'ADDRESS_CHANGED' })).toContainEqual({ type: 'reannounce' })
  })

  test('goes off air with a signed end, a bye and a word of why', () => {
    const { send, driver } = station(start, announced, live)
    expect(send({ type: 'SOURCE_ENDED' })).toEqual([
      { type: 'stop-timer', id: 'record' },
      { type: 'stop-source' },
      { type: 'start-heartbeat', state: 'ended' },
      { type: 'say-bye', reason: 'off-air' },
      { type: 'start-timer', id: 'drain', ms: 1000 },
    ])
    expect(send({ type: 'DRAINED' })).toEqual([
      { type: 'stop-heartbeat' },
      { type: 'stop-timer', id: 'drain' },
      { type: 'notify', event: 'off-air', reason: 'source-ended', term: 100 },
    ])
    expect(driver.snapshot().value).toBe('ended')
  })

  test('does not wait for ever for its byes', () => {
    const { send, driver } = station(start, announced, stop)
    expect(send({ type: 'timer', id: 'drain' }).at(-1)).toMatchObject({ event: 'off-air', reason: 'stopped' })
    expect(driver.done).toBe(true)
  })

  test('gives way to a higher term, and signs no end in its name', () => {
    const { send, driver } = station(start, announced, live)
    const effects = send({ type: 'HIGHER_TERM_SEEN', term: 101 })
    expect(effects).toContainEqual({ type: 'say-bye', reason: 'superseded' })
    expect(effects.map(({ type }) => type)).not.toContain('start-heartbeat')
    expect(send({ type: 'DRAINED' }).at(-1)).toMatchObject({ reason: 'superseded', term: 101 })
    expect(driver.snapshot().value).toBe('superseded')
  })

  test.each<[string, StationEvent, boolean]>([
    ['the same term', { type: 'HIGHER_TERM_SEEN', term: 100 }, false],
    ['a lower term', { type: 'HIGHER_TERM_SEEN', term: 99 }, false],
    ['a higher term of an older generation', { type: 'HIGHER_TERM_SEEN', generation: 0, term: 999 }, false],
    ['a lower term of a newer generation', { type: 'HIGHER_TERM_SEEN', generation: 2, term: 1 }, true],
  ])('judges %s', (_, event, gives) => {
    const { send } = station(start, announced)
    expect(send(event).length > 0).toBe(gives)
  })
})

const anything = (): StationEvent[] => [
  { type: 'START' },
  { type: 'ANNOUNCED' },
  { type: 'ANNOUNCE_FAILED', reason: 'no network' },
  { type: 'RECORD_FAILED', reason: 'no quorum' },
  { type: 'SOURCE_LIVE' },
  { type: 'SOURCE_MUTED' },
  { type: 'SOURCE_STALLED' },
  { type: 'ADDRESS_CHANGED' },
  { type: 'REANNOUNCED' },
  { type: 'HIGHER_TERM_SEEN', term: 50 },
]
const endings: StationEvent[] = [
  { type: 'SOURCE_ENDED' },
  { type: 'HIGHER_TERM_SEEN', term: 200 },
  { type: 'DRAINED' },
  { type: 'STOP' },
]

const walk: Walk<StationContext, StationEvent> = {
  machine: stationMachine,
  input,
  events: ({ value }) => {
    const state = JSON.stringify(value)
    return [
      ...anything(),
      ...endings,
      ...(state.includes('waiting') ? [retry] : []),
      ...(state.includes('on-air') ? [{ type: 'timer', id: 'record' } as const] : []),
      ...(state.includes('draining') ? [{ type: 'timer', id: 'drain' } as const] : []),
    ]
  },
  distinguish: ({ changedMeanwhile, reason, failures }) => [changedMeanwhile, reason, failures > 0],
}

describe('the model', () => {
  test('every transition can be taken', () => {
    expect(untakenTransitions([walk])).toEqual([])
  })

  test('the driver takes every way out of every state as the machine does', () => {
    expect(driveEveryEdge(walk, () => run(stationMachine, input))).toBeGreaterThan(30)
  })
})

describe('whatever happens', () => {
  test('the source runs once, heartbeats stop with the station, and one bye is the last word', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 80 }), fc.constantFrom(...endings), (choices, ending) => {
        const machine = run(stationMachine, input)
        randomRun(machine, choices, anything, () => {})
        machine.send(ending)
        for (const type of ['STOP', 'DRAINED'] as const) machine.send({ type })
        expect(machine.driver.done).toBe(true)
        expect([...machine.ledger.timers]).toEqual([])
        const count = (type: StationEffect['type']): number => machine.ledger.of(type).length
        expect(count('start-source')).toBeLessThanOrEqual(1)
        expect(count('stop-source')).toBe(count('start-source'))
        expect(count('say-bye')).toBe(count('start-source'))
        expect(lastOf(machine.ledger.effects, 'start-heartbeat')).toBeLessThanOrEqual(
          lastOf(machine.ledger.effects, 'stop-heartbeat'),
        )
        expect(machine.send({ type: 'START' })).toEqual([])
      }),
    )
  })
})

function lastOf(effects: readonly StationEffect[], type: StationEffect['type']): number {
  return effects.findLastIndex((effect) => effect.type === type)
}

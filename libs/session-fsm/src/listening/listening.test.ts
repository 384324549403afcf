import {
  driveEveryEdge,
  randomRun,
  RuleBook,
  run,
  untakenTransitions,
  type Walk,
} from '@pearcast/fsm/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listeningMachine } from './machine.ts'
import type { ListeningContext, ListeningEffect, ListeningEvent, ListeningInput } from './types.ts'

const input: ListeningInput = {}
const start: ListeningEvent = { type: 'START' }
const linkUp: ListeningEvent = { type: 'LINK_UP', via: 'punched' }
const linkDown: ListeningEvent = { type: 'LINK_DOWN', reason: 'timeout' }
const accepted: ListeningEvent = { type: 'ACCEPTED' }
const firstAudio: ListeningEvent = { type: 'FIRST_AUDIO' }
const silent = (ms: number, parentAlive = false): ListeningEvent => ({
  type: 'MEDIA_SILENT',
  ms,
  parentAlive,
})
const bye = (reason: 'off-air' | 'leaving' | 'superseded' | 'protocol' | 'kicked'): ListeningEvent => ({
  type: 'BYE',
  reason,
})

const listen = (...events: ListeningEvent[]) => {
  const machine = run(listeningMachine, input)
  for (const event of events) machine.send(event)
  return machine
}
const playing = [start, linkUp, accepted, firstAudio]

describe('a listener', () => {
  test('finds, subscribes, buffers and plays', () => {
    const { send } = listen()
    expect(send(start)).toEqual([{ type: 'connect' }, { type: 'notify', event: 'searching' }])
    expect(send(linkUp)).toEqual([
      { type: 'notify', event: 'connected', via: 'punched' },
      { type: 'subscribe' },
      { type: 'start-timer', id: 'subscribe', ms: 3000 },
    ])
    expect(send(accepted)).toEqual([
      { type: 'stop-timer', id: 'subscribe' },
      { type: 'start-playout' },
      { type: 'notify', event: 'buffering' },
      { type: 'start-timer', id: 'first-audio', ms: 2000 },
    ])
    expect(send(firstAudio)).toEqual([
      { type: 'stop-timer', id: 'first-audio' },
      { type: 'notify', event: 'playing' },
    ])
  })

  test('plays audio that overtakes the answer', () => {
    const { send, driver } = listen(start, linkUp)
    expect(send(firstAudio)).toContainEqual({ type: 'start-playout' })
    expect(send(accepted)).toEqual([])
    expect(driver.snapshot().value).toEqual({ linked: 'playing' })
  })

  test('asks again, and dials again, when nobody answers or nothing is heard', () => {
    const { send } = listen(start, linkUp)
    expect(send({ type: 'timer', id: 'subscribe' })).toEqual([
      { type: 'subscribe' },
      { type: 'redial', reason: 'no-answer' },
      { type: 'start-timer', id: 'subscribe', ms: 3000 },
    ])
    send(accepted)
    expect(send({ type: 'timer', id: 'first-audio' })).toContainEqual({ type: 'redial', reason: 'no-audio' })
  })

  test.each([
    [0, 500],
    [4000, 4000],
    [1e12, 60_000],
  ])('asks again after a refusal: told %d ms it waits %d', (retryAfterMs, waits) => {
    const { send } = listen(start, linkUp)
    expect(send({ type: 'REFUSED', reason: 'full', retryAfterMs })).toContainEqual({
      type: 'start-timer',
      id: 'retry',
      ms: waits,
    })
    expect(send({ type: 'timer', id: 'retry' })).toContainEqual({ type: 'subscribe' })
  })

  test('that may not listen ends', () => {
    const { send, driver } = listen(start, linkUp)
    const effects = send({ type: 'REFUSED', reason: 'not-allowed', retryAfterMs: 0 })
    expect(effects.at(-1)).toEqual({ type: 'end', reason: 'not-allowed' })
    expect(driver.done).toBe(true)
  })

  test('goes on playing what it has while it looks for the station again', () => {
    const { send, ledger } = listen(...playing)
    expect(send(linkDown)).toEqual([{ type: 'notify', event: 'reconnecting' }])
    for (const event of [linkUp, accepted, firstAudio]) send(event)
    expect(ledger.of('start-playout')).toHaveLength(1)
    expect(ledger.of('stop-playout')).toHaveLength(0)
  })

  test('waits for a station that went off air, and plays when it is back', () => {
    const { send } = listen(...playing)
    expect(send(bye('off-air'))).toEqual([{ type: 'stop-playout' }, { type: 'notify', event: 'off-air' }])
    expect(send(linkUp)).toContainEqual({ type: 'subscribe' })
    expect(send(accepted)).toContainEqual({ type: 'start-playout' })
  })

  test('hears of a whole search that found nobody', () => {
    expect(listen(start).send({ type: 'OFF_AIR' })).toEqual([{ type: 'notify', event: 'off-air' }])
  })

  test.each(['kicked', 'protocol'] as const)('ends for good when it is told "%s"', (reason) => {
    const { send, driver } = listen(...playing)
    expect(send(bye(reason))).toEqual([{ type: 'stop-playout' }, { type: 'end', reason }])
    expect(driver.done).toBe(true)
  })

  test.each(['leaving', 'superseded'] as const)('looks elsewhere when its parent says "%s"', (reason) => {
    const { send } = listen(...playing)
    expect(send(bye(reason))).toEqual([{ type: 'notify', event: 'reconnecting' }])
  })

  test('forgets what is buffered when the broadcaster began a new session', () => {
    const { send, driver } = listen(...playing)
    expect(send({ type: 'NEW_SESSION' }).slice(0, 2)).toEqual([
      { type: 'reset-playout' },
      { type: 'notify', event: 'new-session' },
    ])
    expect(driver.snapshot().value).toEqual({ linked: 'buffering' })
  })

  test('has nothing to forget before its first session', () => {
    expect(listen(start).send({ type: 'NEW_SESSION' })).toEqual([{ type: 'notify', event: 'new-session' }])
  })

  test('forgets the former run also when it has gone off air in between', () => {
    const { send } = listen(...playing)
    send(bye('off-air'))
    send(linkUp)
    expect(send({ type: 'NEW_SESSION' })).toContainEqual({ type: 'reset-playout' })
  })

  test('leaves a peer that shows an older session', () => {
    const { send } = listen(start, linkUp)
    expect(send({ type: 'OLDER_SESSION' })).toContainEqual({ type: 'redial', reason: 'older-session' })
  })

  test('ends when its time is up', () => {
    expect(listen(...playing).send({ type: 'DURATION_REACHED' })).toEqual([
      { type: 'stop-playout' },
      { type: 'end', reason: 'duration' },
    ])
  })
})

describe('media silence', () => {
  test('redials beside the open link when the parent is silent too', () => {
    const { send, driver } = listen(...playing)
    expect(send(silent(299))).toEqual([])
    expect(send(silent(300))).toEqual([
      { type: 'redial', reason: 'media-silent' },
      { type: 'notify', event: 'suspect', silentMs: 300 },
    ])
    expect(driver.snapshot().value).toEqual({ linked: 'suspect' })
    expect(send(silent(600))).toEqual([])
  })

  test('is no reason to leave a parent that sends heartbeats', () => {
    const { send } = listen(...playing)
    expect(send(silent(5000, true))).toEqual([])
  })

  test('of a source that signs that it is quiet is quiet, not lost', () => {
    const { send } = listen(...playing, { type: 'SOURCE_QUIET' })
    expect(send(silent(10_000, true))).toEqual([])
    expect(send(silent(400))).toContainEqual({ type: 'redial', reason: 'media-silent' })
  })

  test.each<[string, ListeningEvent]>([
    ['media', { type: 'MEDIA_RESUMED' }],
    ['a heartbeat', silent(900, true)],
    ['a signed quiet', { type: 'SOURCE_QUIET' }],
  ])('that ends with %s keeps the link', (_, event) => {
    const { send } = listen(...playing, silent(400))
    expect(send(event)).toContainEqual({ type: 'keep-link' })
  })

  test('is over when the new link delivers; playout never stopped', () => {
    const { send, ledger } = listen(...playing, silent(400))
    expect(send(linkUp)).toContainEqual({ type: 'subscribe' })
    send(firstAudio)
    expect(ledger.of('stop-playout')).toEqual([])
    expect(ledger.of('reset-playout')).toEqual([])
  })

  test('of the new link as well redials once more', () => {
    const { send } = listen(...playing, silent(400), linkUp)
    expect(send({ type: 'timer', id: 'first-audio' })).toContainEqual({ type: 'redial', reason: 'no-audio' })
  })

  test('is asked about over a link that replaced one in use, without a break', () => {
    const { send, driver } = listen(...playing, { type: 'SOURCE_QUIET' })
    expect(send(linkUp)).toContainEqual({ type: 'subscribe' })
    expect(driver.snapshot().value).toEqual({ linked: 'quiet' })
  })
})

const anything = (): ListeningEvent[] => [
  start,
  linkUp,
  linkDown,
  accepted,
  { type: 'REFUSED', reason: 'full', retryAfterMs: 1000 },
  { type: 'REFUSED', reason: 'not-on-air', retryAfterMs: 1000 },
  firstAudio,
  silent(400),
  silent(400, true),
  { type: 'MEDIA_RESUMED' },
  { type: 'SOURCE_QUIET' },
  { type: 'SOURCE_LIVE' },
  { type: 'OFF_AIR' },
  bye('off-air'),
  bye('leaving'),
  { type: 'NEW_SESSION' },
  { type: 'OLDER_SESSION' },
]
const endings: ListeningEvent[] = [
  { type: 'REFUSED', reason: 'not-allowed', retryAfterMs: 0 },
  bye('kicked'),
  bye('protocol'),
  { type: 'DURATION_REACHED' },
  { type: 'STOP' },
]

const walk: Walk<ListeningContext, ListeningEvent> = {
  machine: listeningMachine,
  input,
  events: ({ value }) => {
    const state = JSON.stringify(value)
    return [
      ...anything(),
      ...endings,
      ...(state.includes('connecting') && state.includes('linked')
        ? [{ type: 'timer', id: 'subscribe' } as const]
        : []),
      ...(state.includes('refused') ? [{ type: 'timer', id: 'retry' } as const] : []),
      ...(state.includes('buffering') || state.includes('resubscribing')
        ? [{ type: 'timer', id: 'first-audio' } as const]
        : []),
    ]
  },
  distinguish: ({ hasPlayed, playoutRuns }) => `${playoutRuns} ${hasPlayed}`,
}

describe('the model', () => {
  test('every transition can be taken', () => {
    expect(untakenTransitions([walk])).toEqual([])
  })

  test('the driver takes every way out of every state as the machine does', () => {
    expect(driveEveryEdge(walk, () => run(listeningMachine, input))).toBeGreaterThan(100)
  })
})

describe('whatever happens', () => {
  test('playout starts and stops in turn, and "end" is the last effect and the only one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 80 }), (choices) => {
        const machine = run(listeningMachine, input)
        const rules = new RuleBook()
        let runs = false
        let ran = false
        const check = (effects: readonly ListeningEffect[]): void => {
          for (const { type } of effects) {
            if (type === 'start-playout' || type === 'stop-playout') {
              rules.must(runs === (type === 'stop-playout'), 'playout starts and stops in turn')
              runs = type === 'start-playout'
              ran ||= runs
            }
            rules.must(ran || type !== 'reset-playout', 'only a playout that has run is reset')
          }
        }
        randomRun(machine, choices, anything, (_, effects) => check(effects))
        check(machine.send({ type: 'STOP' }))
        expect(runs).toBe(false)
        expect(rules.broken).toEqual([])
        expect(machine.driver.done).toBe(true)
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.ledger.of('end')).toEqual([{ type: 'end', reason: 'stopped' }])
        expect(machine.ledger.effects.at(-1)?.type).toBe('end')
        expect(machine.send(start)).toEqual([])
      }),
    )
  })
})

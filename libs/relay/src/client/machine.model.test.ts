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
import { clientMachine } from './machine.ts'
import type { ClientContext, ClientEffect, ClientEvent, ClientInput, ClientTimer } from './types.ts'

const input: ClientInput = { maxJoining: 2 }
const KEYS = ['aa', 'bb', 'cc']

/** Everything that may come from outside, about peers that we know and about one that we never asked. */
const anything = (keys: readonly string[]): ClientEvent[] => [
  { type: 'START' },
  { type: 'KNOWN' },
  ...(['first', 'second', 'better'] as const).flatMap((role): ClientEvent[] => [
    { type: 'NOBODY', role },
    ...keys.map((key) => ({ type: 'FOUND', role, key }) as const),
  ]),
  ...keys.flatMap((key): ClientEvent[] => [
    { type: 'JOINED', key, feeds: false },
    { type: 'JOINED', key, feeds: true },
    { type: 'JOIN_FAILED', key },
    { type: 'COPIES', key },
    { type: 'DELIVERS', key },
    { type: 'SILENT', key, jitterMs: 200 },
    { type: 'ALIVE', key },
    { type: 'AHEAD', key },
    { type: 'WITHDRAWN', key },
    { type: 'GUILTY', key, reason: 'forged' },
    { type: 'LOST', key, jitterMs: 100 },
    { type: 'BETTER', key },
  ]),
]

/** Timers by the states in which one certainly runs; others may run, and the random lives try them. */
const RUNNING: Readonly<Record<string, readonly ClientTimer[]>> = {
  seeking: ['pick'],
  switching: ['switch'],
  suspect: ['dead'],
}

const walk: Walk<ClientContext, ClientEvent> = {
  machine: clientMachine,
  input,
  events: ({ value }) => [
    ...anything(KEYS),
    ...(RUNNING[typeof value === 'string' ? value : ''] ?? []).map((id) => ({ type: 'timer', id }) as const),
    { type: 'STOP' },
  ],
  // Keys are interchangeable: who holds which place makes no difference, only which places are held.
  distinguish: ({ primary, second, next, cause, rested, joining }) => [
    ...[primary, second, next].map((key) => key !== undefined),
    cause,
    rested,
    joining[0]?.role,
  ],
}

/** A walk in which `spare` and `pick` also end where they happen to run. */
const withTimers: Walk<ClientContext, ClientEvent> = {
  ...walk,
  events: (snapshot) => [
    ...walk.events(snapshot),
    { type: 'timer', id: 'spare' },
    { type: 'timer', id: 'pick' },
  ],
}

describe('the model', () => {
  test('every transition can be taken', () => {
    expect(untakenTransitions([withTimers])).toEqual([])
  })

  test('the driver takes every way out of every state as the machine does', () => {
    // Coarser, for a run per edge: by places and attempts alone.
    const coarse: typeof walk = {
      ...walk,
      distinguish: ({ primary, second, next, joining }) => [
        ...[primary, second, next].map((key) => key !== undefined),
        joining[0]?.role,
      ],
    }
    expect(driveEveryEdge(coarse, () => run(clientMachine, input))).toBeGreaterThan(300)
  })
})

/** What an adapter would see: who holds a place, who sends, who is being asked. */
class Rules extends RuleBook {
  readonly joining = new Set<string>()
  readonly held = new Set<string>()
  readonly sending = new Set<string>()
  primary: string | undefined

  apply(event: ClientEvent, effects: readonly ClientEffect[]): void {
    if (event.type === 'JOINED' && this.joining.delete(event.key)) this.held.add(event.key)
    if (event.type === 'JOIN_FAILED') this.joining.delete(event.key)
    if (event.type === 'LOST') this.gone(event.key)
    for (const effect of effects) this.performs(effect, event)
    this.must(this.held.size <= 3, 'at most a primary, a second and the one that takes over')
    this.must(this.joining.size <= 2, 'attempts are bounded')
    this.must(this.sending.size <= 2, 'at most two send audio')
  }

  gone(key: string): void {
    this.held.delete(key)
    this.sending.delete(key)
    if (this.primary === key) this.primary = undefined
  }

  performs(effect: ClientEffect, event: ClientEvent): void {
    switch (effect.type) {
      case 'join':
        this.must(!this.joining.has(effect.key) && !this.held.has(effect.key), 'nobody is asked twice')
        this.joining.add(effect.key)
        return
      case 'abandon':
        this.must(this.joining.delete(effect.key), 'only what is asked is abandoned')
        return
      case 'activate':
        this.must(this.held.has(effect.key), 'only who gave a place sends')
        this.sending.add(effect.key)
        return
      case 'rest':
        this.must(this.held.has(effect.key), 'only who gave a place rests')
        this.sending.delete(effect.key)
        return
      case 'leave':
        this.must(this.held.has(effect.key), 'a place is given back once')
        this.gone(effect.key)
        return
      case 'adopt':
        this.must(this.sending.has(effect.key), 'the primary sends')
        this.must(
          effect.cause === 'first' || event.type === 'DELIVERS',
          'nobody becomes the primary of a tree that we carry on without a nearer frame',
        )
        this.primary = effect.key
        return
      case 'spare':
        this.must(!this.sending.has(effect.key), 'the second is silent')
        return
      case 'distrust':
      case 'orphaned':
      case 'pick':
      case 'search':
      case 'start-timer':
      case 'stop-timer':
        return
    }
  }
}

describe('whatever happens', () => {
  test('places are held once, few send, and a stop leaves nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 150 }), (choices) => {
        const machine = run(clientMachine, input)
        const rules = new Rules()
        // An adapter tells the end of what it has: a lost attempt is JOIN_FAILED, and nobody else is ever LOST.
        const possible = (): ClientEvent[] =>
          anything(KEYS).filter((event) => event.type !== 'LOST' || rules.held.has(event.key))
        randomRun(machine, choices, possible, (event, effects) => rules.apply(event, effects))
        rules.apply({ type: 'STOP' }, machine.send({ type: 'STOP' }))
        expect(rules.broken).toEqual([])
        expect(machine.driver.done).toBe(true)
        expect([...rules.held, ...rules.joining]).toEqual([])
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.send({ type: 'START' })).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    { sends: true, blamed: [] },
    { sends: false, blamed: [{ type: 'distrust', key: 'bb', reason: 'lied-head' }] },
  ])('who was ahead and sends ($sends) is not blamed when the primary catches up', ({ sends, blamed }) => {
    const machine = run(clientMachine, input)
    for (const event of [
      { type: 'START' },
      { type: 'FOUND', role: 'first', key: 'aa' },
      { type: 'JOINED', key: 'aa', feeds: false },
      { type: 'FOUND', role: 'second', key: 'bb' },
      { type: 'JOINED', key: 'bb', feeds: false },
      { type: 'AHEAD', key: 'bb' },
      ...(sends ? [{ type: 'COPIES', key: 'bb' } as const] : []),
    ] as const) {
      machine.send(event)
    }
    const effects = machine.send({ type: 'timer', id: 'switch' })
    expect(effects.filter(({ type }) => type === 'distrust')).toEqual(blamed)
    const { context, value } = machine.driver.snapshot()
    expect([value, context.primary, context.second]).toEqual(['live', 'aa', sends ? 'bb' : undefined])
  })

  test('one that does not answer keeps nobody from having a second parent', () => {
    const machine = run(clientMachine, input)
    for (const event of [
      { type: 'START' },
      { type: 'FOUND', role: 'first', key: 'aa' },
      { type: 'JOINED', key: 'aa', feeds: false },
      { type: 'FOUND', role: 'second', key: 'dead' },
    ] as const) {
      machine.send(event)
    }
    expect(machine.send({ type: 'timer', id: 'spare' })).toEqual([{ type: 'pick', role: 'second' }])
    machine.send({ type: 'FOUND', role: 'second', key: 'bb' })
    expect(machine.send({ type: 'JOINED', key: 'bb', feeds: false })).toContainEqual({
      type: 'abandon',
      key: 'dead',
    })
    expect(machine.driver.snapshot().context).toMatchObject({ primary: 'aa', second: 'bb', joining: [] })
  })

  test('who has a parent that lives, or one that takes over, never searches for a first one', () => {
    const machine = run(clientMachine, input)
    for (const event of [
      { type: 'START' },
      { type: 'FOUND', role: 'first', key: 'aa' },
      { type: 'JOINED', key: 'aa', feeds: false },
      { type: 'FOUND', role: 'second', key: 'bb' },
      { type: 'JOINED', key: 'bb', feeds: false },
    ] as const) {
      machine.send(event)
    }
    const effects = machine.send({ type: 'SILENT', key: 'aa', jitterMs: 0 })
    expect(effects.map(({ type }) => type)).toEqual(['activate', 'start-timer'])
    expect(machine.send({ type: 'ALIVE', key: 'aa' }).map(({ type }) => type)).toEqual([
      'rest',
      'stop-timer',
      'stop-timer',
      'stop-timer',
    ])
    expect(machine.driver.snapshot().value).toBe('live')
  })
})

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
import { reconnectMachine } from './machine.ts'
import type { ReconnectContext, ReconnectEffect, ReconnectEvent, ReconnectInput } from './types.ts'

const input: ReconnectInput = { maxInFlight: 2, repeatMs: 300 }

/** Everything a network can do to a search; `9999` was never dialled. */
const anything = ({ inFlight, discovering }: ReconnectContext): ReconnectEvent[] => [
  { type: 'START' },
  { type: 'CANDIDATE', key: 'aa', source: 'topic' },
  { type: 'CANDIDATE', key: 'bb', source: 'record' },
  { type: 'MOVED', key: 'aa' },
  ...(discovering ? ([{ type: 'DISCOVERY_DONE', found: 1 }] as const) : []),
  ...[...inFlight.map(({ attempt }) => attempt), 9999].flatMap((attempt): ReconnectEvent[] => [
    { type: 'ATTEMPT_FAILED', attempt, key: 'aa', reason: 'timeout' },
    { type: 'ATTEMPT_PROVEN', attempt, key: 'aa' },
    { type: 'ATTEMPT_ANSWERED', attempt, lottery: true },
  ]),
  { type: 'ROUTE_PROVEN' },
  { type: 'LINK_LOST', reason: 'closed' },
  { type: 'LINK_LOST', reason: 'closed', jitterMs: 100 },
  { type: 'LINK_LOST', reason: 'replaced', attempt: 9999 },
  { type: 'REDIAL', reason: 'media-silent' },
  { type: 'LINK_ALIVE' },
  { type: 'NETWORK_CHANGED' },
  { type: 'REACHABLE' },
]

const walk: Walk<ReconnectContext, ReconnectEvent> = {
  machine: reconnectMachine,
  input,
  events: ({ value, context }) => [
    ...anything(context),
    ...(value === 'searching' || value === 'redialing' ? ([{ type: 'timer', id: 'stagger' }] as const) : []),
    ...((value === 'searching' || value === 'redialing') && !context.discovering
      ? ([{ type: 'timer', id: 'discovery' }] as const)
      : []),
    { type: 'STOP' },
  ],
  distinguish: (context) => [
    context.candidates.length,
    context.inFlight.length,
    context.inFlight.map(({ lottery, outdated }) => [lottery, outdated]),
    context.paced,
    context.discovering,
    context.toldOffAir,
    context.linkAttempt > 0,
  ],
}

describe('the model', () => {
  test('every transition can be taken', () => {
    expect(untakenTransitions([walk])).toEqual([])
  })

  test('the driver takes every way out of every state as the machine does', () => {
    const edges = driveEveryEdge(walk, () => run(reconnectMachine, input))
    expect(edges).toBeGreaterThan(100)
  })
})

/** The rules that hold whatever happens, checked effect by effect. */
class Rules extends RuleBook {
  readonly inFlight = new Set<number>()
  lastAttempt = 0
  link = 0
  discovering = false
  offAirTold = false

  apply(event: ReconnectEvent, effects: readonly ReconnectEffect[]): void {
    if (event.type === 'DISCOVERY_DONE') this.discovering = false
    if (event.type === 'ATTEMPT_FAILED') this.inFlight.delete(event.attempt)
    if (event.type === 'LINK_LOST' && (event.attempt ?? this.link) === this.link) this.link = 0
    for (const effect of effects) this.performs(effect, event)
  }

  performs(effect: ReconnectEffect, event: ReconnectEvent): void {
    switch (effect.type) {
      case 'dial':
        this.must(effect.attempt === ++this.lastAttempt, 'attempts are numbered in sequence')
        this.inFlight.add(effect.attempt)
        this.must(this.inFlight.size <= 2, 'dials in flight are bounded')
        return
      case 'abandon':
        this.must(this.inFlight.delete(effect.attempt), 'only what is in flight is abandoned')
        return
      case 'adopt':
        if (event.type === 'ROUTE_PROVEN') {
          this.must(effect.attempt === ++this.lastAttempt, 'a route is numbered like an attempt')
        } else {
          this.must(this.inFlight.delete(effect.attempt), 'an attempt is adopted once')
        }
        this.link = effect.attempt
        this.offAirTold = false
        return
      case 'start-discovery':
        this.must(!this.discovering, 'discovery starts once a round')
        this.discovering = true
        return
      case 'stop-discovery':
        this.must(this.discovering, 'discovery stops while it runs')
        this.discovering = false
        return
      case 'notify':
        this.must(this.link === 0, 'an open link is no news')
        this.must(!this.offAirTold, 'off-air is said once a search, and last')
        this.offAirTold = effect.event === 'off-air'
        return
      case 'start-timer':
      case 'stop-timer':
        return
    }
  }
}

describe('whatever happens', () => {
  test('dials are bounded, one link is adopted at a time, and a stop leaves nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 120 }), (choices) => {
        const machine = run(reconnectMachine, input)
        const rules = new Rules()
        randomRun(machine, choices, anything, (event, effects) => {
          rules.apply(event, effects)
          const linked = machine.driver.snapshot().value === 'linked'
          rules.must(!linked || rules.inFlight.size === 0, 'nothing is dialled beside a good link')
        })
        rules.apply({ type: 'STOP' }, machine.send({ type: 'STOP' }))
        expect(machine.driver.done).toBe(true)
        expect([...rules.inFlight]).toEqual([])
        expect(rules.discovering).toBe(false)
        expect(rules.broken).toEqual([])
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.send({ type: 'START' })).toEqual([])
      }),
    )
  })
})

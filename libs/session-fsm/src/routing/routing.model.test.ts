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
import { routingMachine } from './machine.ts'
import type { RoutingContext, RoutingEffect, RoutingEvent } from './types.ts'

/** Everything that can happen to a search for helpers; 9999 was never tried. */
const anything = ({ finding, inFlight }: RoutingContext): RoutingEvent[] => [
  { type: 'WANTED' },
  { type: 'SATISFIED', direct: true },
  { type: 'SATISFIED', direct: false },
  { type: 'HOPELESS' },
  { type: 'ROUTE_LOST' },
  { type: 'HELPER', key: 'aa' },
  { type: 'HELPER', key: 'bb' },
  { type: 'HELPER', key: 'cc' },
  ...(finding ? ([{ type: 'SEARCH_DONE' }] as const) : []),
  ...[...inFlight.map(({ attempt }) => attempt), 9999].flatMap((attempt): RoutingEvent[] => [
    { type: 'ATTEMPT_FAILED', attempt },
    { type: 'ATTEMPT_PROVEN', attempt },
  ]),
]

const walk: Walk<RoutingContext, RoutingEvent> = {
  machine: routingMachine,
  input: {},
  events: ({ context, value }) => [
    ...anything(context),
    ...(value === 'patient' ? ([{ type: 'timer', id: 'patience' }] as const) : []),
    ...(value === 'seeking' && !context.finding ? ([{ type: 'timer', id: 'rest' }] as const) : []),
    ...(value === 'resting' ? ([{ type: 'timer', id: 'vain' }] as const) : []),
    { type: 'STOP' },
  ],
  distinguish: ({ finding, helpers, hopeless, inFlight }) => [
    finding,
    hopeless,
    inFlight.length,
    helpers.map(({ tried }) => tried),
  ],
}

describe('the model', () => {
  test('every transition can be taken', () => {
    expect(untakenTransitions([walk])).toEqual([])
  })

  test('the driver takes every way out of every state as the machine does', () => {
    expect(driveEveryEdge(walk, () => run(routingMachine, {}))).toBeGreaterThan(100)
  })
})

/** The rules that hold whatever happens, checked effect by effect. */
class Rules extends RuleBook {
  readonly inFlight = new Map<number, string>()
  finding = false
  lastAttempt = 0

  apply(event: RoutingEvent, effects: readonly RoutingEffect[]): void {
    if (event.type === 'SEARCH_DONE') this.finding = false
    if (event.type === 'ATTEMPT_FAILED') this.inFlight.delete(event.attempt)
    for (const effect of effects) this.performs(effect)
  }

  performs(effect: RoutingEffect): void {
    switch (effect.type) {
      case 'find-helpers':
        this.must(!this.finding, 'one search at a time')
        this.finding = true
        return
      case 'stop-finding':
        this.must(this.finding, 'a search stops while it runs')
        this.finding = false
        return
      case 'try-helper':
        this.must(effect.attempt === ++this.lastAttempt, 'attempts are numbered in sequence')
        this.must(![...this.inFlight.values()].includes(effect.key), 'a helper is tried once at a time')
        this.inFlight.set(effect.attempt, effect.key)
        this.must(this.inFlight.size <= 2, 'attempts in flight are bounded')
        return
      case 'abandon':
        this.must(this.inFlight.delete(effect.attempt), 'only what is in flight is abandoned')
        return
      case 'take-route':
        this.must(this.inFlight.delete(effect.attempt), 'a route is taken once')
        return
      case 'start-timer':
      case 'stop-timer':
        return
    }
  }
}

describe('whatever happens', () => {
  test('attempts are bounded, nothing is sought once a route is taken, and a stop leaves nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 120 }), (choices) => {
        const machine = run(routingMachine, {})
        const rules = new Rules()
        randomRun(machine, choices, anything, (event, effects) => {
          rules.apply(event, effects)
          const { context, value } = machine.driver.snapshot()
          rules.must(context.helpers.length <= 32, 'helpers are bounded')
          const busy = rules.inFlight.size > 0 || rules.finding
          rules.must(value === 'seeking' || !busy, 'nothing goes on unless it is sought')
        })
        rules.apply({ type: 'STOP' }, machine.send({ type: 'STOP' }))
        expect(machine.driver.done).toBe(true)
        expect([...rules.inFlight]).toEqual([])
        expect(rules.finding).toBe(false)
        expect(rules.broken).toEqual([])
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.send({ type: 'WANTED' })).toEqual([])
      }),
    )
  })
})

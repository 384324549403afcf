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
import {
  begin,
  connected,
  failed,
  localAnswer,
  localOffer,
  ours,
  remoteAnswer,
  remoteOffer,
  theirs,
  timer,
  type Negotiation,
} from '../testing/signals.ts'
import { signalingMachine } from './machine.ts'
import { remoteSignalEvent } from './remote-signal.ts'
import type {
  SignalingContext,
  SignalingEffect,
  SignalingEvent,
  SignalingInput,
  SignalingRole,
} from './types.ts'

/** Events of the present session, and of the one before and after it. */
const anything = ({ session }: SignalingContext): SignalingEvent[] => [
  begin,
  { type: 'RETRY' },
  ...[session, session + 1, Math.max(session - 1, 0)].flatMap((number): SignalingEvent[] => [
    localOffer(number),
    localAnswer(number),
    ours(number),
    connected(number),
    failed(number),
    remoteOffer(number),
    remoteAnswer(number),
    theirs(number),
    { type: 'REMOTE_FAILED', session: number, reason: 'no' },
    { type: 'REMOTE_CLOSED', session: number },
  ]),
]

const walkAs = (role: SignalingRole): Walk<SignalingContext, SignalingEvent> => ({
  machine: signalingMachine,
  input: inputOf(role),
  events: ({ value, context }) => {
    const state = JSON.stringify(value)
    return [
      ...anything(context),
      ...(state.includes('negotiating') ? [timer('negotiation')] : []),
      ...(state.includes('retrying') ? [timer('retry')] : []),
      ...(state.includes('connected') && context.retries > 0 ? [timer('stable')] : []),
      { type: 'STOP' },
    ]
  },
  distinguish: ({ session, retries, localCandidates, remoteCandidates }) => [
    session > 0,
    retries,
    localCandidates.length > 0,
    remoteCandidates.length > 0,
  ],
})
const inputOf = (role: SignalingRole): SignalingInput => ({ role, retryMs: [1000] })

describe('the model', () => {
  test('every transition can be taken by one role or the other', () => {
    expect(untakenTransitions([walkAs('offerer'), walkAs('answerer')])).toEqual([])
  })

  test.each(['offerer', 'answerer'] as const)(
    'the driver takes every way out of every state as %s',
    (role) => {
      const edges = driveEveryEdge(walkAs(role), () => run(signalingMachine, inputOf(role)))
      expect(edges).toBeGreaterThan(100)
    },
  )
})

/** One transport at a time, each under a number of its own, described before it gets candidates. */
class Rules extends RuleBook {
  open: number | undefined
  latest = 0
  described = false

  performs(effect: SignalingEffect): void {
    switch (effect.type) {
      case 'create-transport':
        this.must(this.open === undefined, 'one transport at a time')
        this.must(effect.session > this.latest, 'each session has a number of its own')
        this.open = this.latest = effect.session
        this.described = false
        return
      case 'close-transport':
        this.must(effect.session === this.open, 'what is open is closed once')
        this.open = undefined
        return
      case 'accept-offer':
      case 'accept-answer':
        this.must(effect.session === this.open && !this.described, 'a transport is described once')
        this.described = true
        return
      case 'add-candidate':
        this.must(effect.session === this.open && this.described, 'a description comes before candidates')
        return
      case 'create-offer':
        this.must(effect.session === this.open, 'an offer needs a transport')
        return
      case 'send-signal':
        this.must(effect.session === this.latest, 'only the latest session is signalled')
        return
      case 'notify':
      case 'start-timer':
      case 'stop-timer':
        return
    }
  }
}

describe('whatever happens', () => {
  test.each(['offerer', 'answerer'] as const)('an %s has one transport at most and closes it', (role) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 100 }), (choices) => {
        const machine = run(signalingMachine, { role })
        const rules = new Rules()
        randomRun(machine, choices, anything, (_, effects) => {
          for (const effect of effects) rules.performs(effect)
        })
        for (const effect of machine.send({ type: 'STOP' })) rules.performs(effect)
        expect(rules.open).toBeUndefined()
        expect(rules.broken).toEqual([])
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.driver.done).toBe(true)
        expect(machine.send(remoteOffer(rules.latest + 1))).toEqual([])
      }),
    )
  })

  test('two machines that talk to each other over an unreliable network connect once it works', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 3 }), (rounds) => {
        const offerer = run(signalingMachine, { role: 'offerer' })
        const answerer = run(signalingMachine, { role: 'answerer' })
        offerer.send(begin)
        for (const broken of [...rounds.filter(Boolean), false]) converse(offerer, answerer, broken)
        expect(offerer.driver.snapshot().value).toBe('connected')
        expect(answerer.driver.snapshot().value).toBe('connected')
        expect(answerer.driver.snapshot().context.session).toBe(offerer.driver.snapshot().context.session)
      }),
    )
  })
})

/** One negotiation: what one side sends the other hears; a broken one ends in the offerer's time-out. */
function converse(offerer: Negotiation, answerer: Negotiation, broken: boolean): void {
  const { session } = offerer.driver.snapshot().context
  const deliver = (effects: readonly SignalingEffect[], to: Negotiation): void => {
    for (const effect of effects) {
      const event =
        effect.type === 'send-signal' ? remoteSignalEvent(effect.session, effect.signal) : undefined
      if (event !== undefined) deliver(to.send(event), to === offerer ? answerer : offerer)
    }
  }
  deliver(offerer.send(ours(session)), answerer)
  deliver(offerer.send(localOffer(session)), answerer)
  if (broken) {
    deliver(offerer.send(timer('negotiation')), answerer)
    offerer.send(timer('retry'))
    return
  }
  deliver(answerer.send(localAnswer(session)), offerer)
  for (const side of [offerer, answerer]) side.send(connected(session))
}

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { run } from '../testing/ledger.ts'
import { driveEveryEdge, randomRun } from '../testing/model.ts'
import { RuleBook } from '../testing/rule-book.ts'
import { untakenTransitions, type Walk } from '../testing/walk.ts'
import { signalingMachine } from './machine.ts'
import { remoteSignalEvent } from './remote-signal.ts'
import {
  CLOSED_REASON,
  MAX_QUEUED_CANDIDATES,
  type SignalingContext,
  type SignalingEffect,
  type SignalingEvent,
  type SignalingInput,
  type SignalingRole,
} from './types.ts'

const begin: SignalingEvent = { type: 'START' }
const localOffer = (session = 1): SignalingEvent => ({ type: 'LOCAL_OFFER', session, sdp: 'our offer' })
const localAnswer = (session = 1): SignalingEvent => ({ type: 'LOCAL_ANSWER', session, sdp: 'our answer' })
const remoteOffer = (session = 1): SignalingEvent => ({ type: 'REMOTE_OFFER', session, sdp: 'their offer' })
const remoteAnswer = (session = 1): SignalingEvent => ({
  type: 'REMOTE_ANSWER',
  session,
  sdp: 'their answer',
})
const ours = (session = 1, candidate = 'ours'): SignalingEvent => ({
  type: 'LOCAL_CANDIDATE',
  session,
  candidate,
  mid: '0',
})
const theirs = (session = 1, candidate = 'theirs'): SignalingEvent => ({
  type: 'REMOTE_CANDIDATE',
  session,
  candidate,
  mid: '0',
})
const connected = (session = 1): SignalingEvent => ({ type: 'TRANSPORT_CONNECTED', session })
const failed = (session = 1): SignalingEvent => ({ type: 'TRANSPORT_FAILED', session, reason: 'ICE failed' })
const timer = (id: 'negotiation' | 'retry' | 'stable'): SignalingEvent => ({ type: 'timer', id })

const negotiate = (role: SignalingRole, ...events: SignalingEvent[]) => {
  const machine = run(signalingMachine, { role })
  for (const event of events) machine.send(event)
  return machine
}

describe('the offerer', () => {
  test('offers, takes the answer and is connected', () => {
    const { send, driver } = negotiate('offerer')
    expect(send(begin)).toEqual([
      { type: 'start-timer', id: 'negotiation', ms: 8000 },
      { type: 'notify', state: 'negotiating', reason: '' },
      { type: 'create-transport', session: 1 },
      { type: 'create-offer', session: 1 },
    ])
    expect(send(localOffer())).toEqual([
      { type: 'send-signal', session: 1, signal: { kind: 'offer', sdp: 'our offer' } },
    ])
    expect(send(remoteAnswer())).toEqual([{ type: 'accept-answer', session: 1, sdp: 'their answer' }])
    expect(send(connected())).toEqual([
      { type: 'stop-timer', id: 'negotiation' },
      { type: 'start-timer', id: 'stable', ms: 10_000 },
      { type: 'notify', state: 'connected', reason: '' },
    ])
    expect(driver.snapshot().value).toBe('connected')
  })

  test('sends its candidates after its offer, never before', () => {
    const { send } = negotiate('offerer', begin, ours(1, 'first'))
    expect(send(localOffer()).map((effect) => ('signal' in effect ? effect.signal : effect))).toEqual([
      { kind: 'offer', sdp: 'our offer' },
      { kind: 'candidate', candidate: 'first', mid: '0' },
    ])
    expect(send(ours(1, 'second'))).toEqual([
      {
        type: 'send-signal',
        session: 1,
        signal: { kind: 'candidate', candidate: 'second', mid: '0' },
      },
    ])
  })

  test('holds their candidates until the answer is there', () => {
    const { send } = negotiate('offerer', begin, localOffer())
    expect(send(theirs(1, 'early'))).toEqual([])
    expect(send(remoteAnswer()).at(-1)).toEqual({
      type: 'add-candidate',
      session: 1,
      candidate: 'early',
      mid: '0',
    })
    expect(send(theirs(1, 'late'))).toHaveLength(1)
  })

  test('holds no more than a bounded number of candidates', () => {
    const { send } = negotiate('offerer', begin, localOffer())
    for (let count = 0; count < 1000; count++) send(theirs())
    expect(send(remoteAnswer())).toHaveLength(1 + MAX_QUEUED_CANDIDATES)
  })

  test('begins again with a fresh number and transport after 1, 5 and 15 s, then fails for good', () => {
    const { send, driver, ledger } = negotiate('offerer', begin)
    for (const [index, restMs] of [1000, 5000, 15_000].entries()) {
      const effects = send(failed(index + 1))
      expect(effects).toContainEqual({ type: 'close-transport', session: index + 1 })
      expect(effects).toContainEqual({ type: 'start-timer', id: 'retry', ms: restMs })
      expect(send(timer('retry'))).toContainEqual({ type: 'create-transport', session: index + 2 })
    }
    expect(send(failed(4)).at(-1)).toEqual({ type: 'notify', state: 'failed', reason: 'ICE failed' })
    expect(driver.snapshot().value).toBe('failed')
    expect(ledger.of('create-transport').map(({ session }) => session)).toEqual([1, 2, 3, 4])
    expect(send({ type: 'RETRY' })).toContainEqual({ type: 'create-transport', session: 5 })
  })

  test('need not rest when it is asked to retry, and has all its retries again', () => {
    const { send } = negotiate('offerer', begin, failed(1))
    expect(send({ type: 'RETRY' })).toContainEqual({ type: 'create-transport', session: 2 })
    expect(send(failed(2))).toContainEqual({ type: 'start-timer', id: 'retry', ms: 1000 })
  })

  test('tells the other side when it gives a session up', () => {
    const { send } = negotiate('offerer', begin, localOffer())
    expect(send(timer('negotiation'))).toContainEqual({
      type: 'send-signal',
      session: 1,
      signal: { kind: 'failed', reason: 'timed out' },
    })
  })

  test('does not tell the other side what it has just heard from it', () => {
    const { send } = negotiate('offerer', begin, localOffer())
    const effects = send({ type: 'REMOTE_FAILED', session: 1, reason: 'no answer' })
    expect(effects.map(({ type }) => type)).toEqual([
      'stop-timer',
      'close-transport',
      'start-timer',
      'notify',
    ])
  })

  test('has all its retries again after a connection that held', () => {
    const machine = negotiate('offerer', begin, failed(1), timer('retry'), localOffer(2), remoteAnswer(2))
    machine.send(connected(2))
    machine.send(timer('stable'))
    expect(machine.send(failed(2))).toContainEqual({ type: 'start-timer', id: 'retry', ms: 1000 })
  })

  test('has no more retries after a connection that broke at once', () => {
    const machine = negotiate('offerer', begin, failed(1), timer('retry'), localOffer(2), remoteAnswer(2))
    machine.send(connected(2))
    expect(machine.send(failed(2))).toContainEqual({ type: 'start-timer', id: 'retry', ms: 5000 })
  })

  test('ignores what belongs to an earlier session', () => {
    const { send } = negotiate('offerer', begin, failed(1), timer('retry'), localOffer(2))
    for (const stale of [remoteAnswer(1), theirs(1), ours(1), connected(1), failed(1)]) {
      expect(send(stale)).toEqual([])
    }
    expect(send({ type: 'REMOTE_FAILED', session: 1, reason: 'late' })).toEqual([])
    expect(send({ type: 'REMOTE_CLOSED', session: 1 })).toEqual([])
  })

  test('takes no offers', () => {
    expect(negotiate('offerer', begin, localOffer()).send(remoteOffer(9))).toEqual([])
  })

  test('rests when the other side wants no WebRTC any more, and offers again when asked', () => {
    const { send, driver } = negotiate('offerer', begin, localOffer())
    expect(send({ type: 'REMOTE_CLOSED', session: 1 })).toContainEqual({
      type: 'notify',
      state: 'closed',
      reason: '',
    })
    expect(driver.snapshot().value).toBe('idle')
    expect(send({ type: 'RETRY' })).toContainEqual({ type: 'create-offer', session: 2 })
  })
})

describe('the answerer', () => {
  test('answers an offer and adds candidates before its answer is ready', () => {
    const { send } = negotiate('answerer')
    expect(send(remoteOffer(7))).toEqual([
      { type: 'create-transport', session: 7 },
      { type: 'accept-offer', session: 7, sdp: 'their offer' },
      { type: 'start-timer', id: 'negotiation', ms: 8000 },
      { type: 'notify', state: 'negotiating', reason: '' },
    ])
    expect(send(theirs(7))).toEqual([{ type: 'add-candidate', session: 7, candidate: 'theirs', mid: '0' }])
    expect(send(ours(7))).toEqual([])
    expect(send(localAnswer(7)).map((effect) => ('signal' in effect ? effect.signal.kind : ''))).toEqual([
      'answer',
      'candidate',
    ])
    expect(send(connected(7))).toContainEqual({ type: 'notify', state: 'connected', reason: '' })
  })

  test('holds candidates that overtake their offer, those of the latest session only', () => {
    const { send } = negotiate('answerer', theirs(1, 'old'), theirs(2, 'new'), theirs(1, 'older'))
    const added = send(remoteOffer(2)).filter(({ type }) => type === 'add-candidate')
    expect(added).toEqual([{ type: 'add-candidate', session: 2, candidate: 'new', mid: '0' }])
  })

  test('drops its transport for a newer offer, and only for a newer one', () => {
    const { send } = negotiate('answerer', remoteOffer(3), localAnswer(3), connected(3))
    expect(send(remoteOffer(3))).toEqual([])
    expect(send(remoteOffer(2))).toEqual([])
    expect(
      send(remoteOffer(4))
        .map(({ type }) => type)
        .slice(0, 4),
    ).toEqual(['stop-timer', 'close-transport', 'create-transport', 'accept-offer'])
  })

  test('waits for the next offer after a failure', () => {
    const { send, driver } = negotiate('answerer', remoteOffer(1))
    expect(send(failed(1)).at(-1)).toEqual({ type: 'notify', state: 'failed', reason: 'ICE failed' })
    expect(driver.snapshot().value).toBe('idle')
    expect(send(remoteOffer(2))).toContainEqual({ type: 'create-transport', session: 2 })
  })

  test('never offers', () => {
    const { send } = negotiate('answerer')
    expect(send(begin)).toEqual([])
    expect(send({ type: 'RETRY' })).toEqual([])
  })
})

test('a negotiation that is stopped says so and closes its transport', () => {
  expect(negotiate('offerer', begin).send({ type: 'STOP' })).toEqual([
    { type: 'stop-timer', id: 'negotiation' },
    { type: 'send-signal', session: 1, signal: { kind: 'failed', reason: CLOSED_REASON } },
    { type: 'close-transport', session: 1 },
    { type: 'notify', state: 'closed', reason: '' },
  ])
})

test('what comes over the control channel has a word here', () => {
  expect(remoteSignalEvent(4, { kind: 'offer', sdp: 'o' })).toEqual({
    type: 'REMOTE_OFFER',
    session: 4,
    sdp: 'o',
  })
  expect(remoteSignalEvent(4, { kind: 'answer', sdp: 'a' })?.type).toBe('REMOTE_ANSWER')
  expect(remoteSignalEvent(4, { kind: 'candidate', candidate: 'c', mid: '0' })?.type).toBe('REMOTE_CANDIDATE')
  expect(remoteSignalEvent(4, { kind: 'failed', reason: 'x' })?.type).toBe('REMOTE_FAILED')
  expect(remoteSignalEvent(4, { kind: 'failed', reason: CLOSED_REASON })?.type).toBe('REMOTE_CLOSED')
  expect(remoteSignalEvent(4, { kind: 'end-of-candidates' })).toBeUndefined()
})

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

type Machine = ReturnType<typeof negotiate>

/** One negotiation: what one side sends the other hears; a broken one ends in the offerer's time-out. */
function converse(offerer: Machine, answerer: Machine, broken: boolean): void {
  const { session } = offerer.driver.snapshot().context
  const deliver = (effects: readonly SignalingEffect[], to: Machine): void => {
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

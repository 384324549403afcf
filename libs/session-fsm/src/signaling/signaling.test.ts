import { describe, expect, test } from 'vitest'
import {
  begin,
  connected,
  failed,
  localAnswer,
  localOffer,
  negotiate,
  ours,
  remoteAnswer,
  remoteOffer,
  theirs,
  timer,
} from '../testing/signals.ts'
import { remoteSignalEvent } from './remote-signal.ts'
import { CLOSED_REASON, MAX_QUEUED_CANDIDATES } from './types.ts'

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

import { run } from '@pearcast/fsm/testing'
import { describe, expect, test } from 'vitest'
import { reconnectMachine } from './machine.ts'
import type { ReconnectEvent, ReconnectInput } from './types.ts'

const stagger: ReconnectEvent = { type: 'timer', id: 'stagger' }
const nextRound: ReconnectEvent = { type: 'timer', id: 'discovery' }
const candidate = (key: string, source: 'record' | 'topic' | 'hint' = 'topic'): ReconnectEvent => ({
  type: 'CANDIDATE',
  key,
  source,
})
const failed = (attempt: number): ReconnectEvent => ({
  type: 'ATTEMPT_FAILED',
  attempt,
  key: '',
  reason: 'x',
})
const proven = (attempt: number): ReconnectEvent => ({ type: 'ATTEMPT_PROVEN', attempt, key: '' })

const search = (input: ReconnectInput = {}, ...events: ReconnectEvent[]) => {
  const machine = run(reconnectMachine, input)
  machine.send({ type: 'START' })
  for (const event of events) machine.send(event)
  return machine
}

describe('a search', () => {
  test('looks up the station and dials the first candidate at once', () => {
    const { send } = run(reconnectMachine, {})
    expect(send({ type: 'START' })).toEqual([
      { type: 'start-discovery' },
      { type: 'notify', event: 'searching', attempt: 1 },
      { type: 'start-timer', id: 'stagger', ms: 300 },
    ])
    expect(send(candidate('aa'))).toEqual([
      { type: 'dial', attempt: 1, key: 'aa' },
      { type: 'start-timer', id: 'stagger', ms: 300 },
    ])
  })

  test('dials hints that were known before it began', () => {
    const machine = run(reconnectMachine, {})
    machine.send(candidate('aa', 'hint'))
    machine.send({ type: 'START' })
    expect(machine.ledger.of('dial')).toEqual([{ type: 'dial', attempt: 1, key: 'aa' }])
  })

  test('lets a second candidate wait for the stagger timer and takes the record before the topic', () => {
    const { send } = search({}, candidate('aa'))
    expect(send(candidate('bb'))).toEqual([])
    expect(send(candidate('cc', 'record'))).toEqual([])
    expect(send(stagger)).toContainEqual({ type: 'dial', attempt: 2, key: 'cc' })
    expect(send(stagger)).toContainEqual({ type: 'dial', attempt: 3, key: 'bb' })
  })

  test('does not dial a key twice because two sources name it', () => {
    const { send, ledger } = search({}, candidate('aa'), candidate('bb'), candidate('aa', 'record'))
    send(stagger)
    expect(ledger.of('dial').map(({ key }) => key)).toEqual(['aa', 'bb'])
  })

  test('dials a key once more where its route may be stale: late, then twice as late, within the limit', () => {
    const { send, ledger } = search({ maxInFlight: 3, repeatMs: 600 }, candidate('aa'))
    const dialledAt = (ticks: number): number[] => {
      const at: number[] = []
      for (let tick = 1; tick <= ticks; tick++) {
        const before = ledger.of('dial').length
        send(stagger)
        if (ledger.of('dial').length > before) at.push(tick)
      }
      return at
    }
    expect(dialledAt(20)).toEqual([2, 6])
    send(failed(1))
    expect(dialledAt(4)).toEqual([4])
  })

  test('leaves a peer that has answered two seconds more to open its NAT', () => {
    const { send, ledger } = search({ repeatMs: 600 }, candidate('aa'))
    send({ type: 'ATTEMPT_ANSWERED', attempt: 1, lottery: false })
    for (let tick = 0; tick < 8; tick++) send(stagger)
    expect(ledger.of('dial')).toHaveLength(1)
    send(stagger)
    expect(ledger.of('dial')).toHaveLength(2)
  })

  test('dials at once, beside the lottery of a hole punch, when we turn out to be reachable', () => {
    const { send } = search({}, candidate('aa'))
    send({ type: 'ATTEMPT_ANSWERED', attempt: 1, lottery: true })
    expect(send({ type: 'REACHABLE' })).toContainEqual({ type: 'dial', attempt: 2, key: 'aa' })
    expect(send({ type: 'REACHABLE' })).toEqual([])
    expect(send(proven(1))).toContainEqual({ type: 'adopt', attempt: 1 })
  })

  test('does so too when the answer comes after we have learnt it', () => {
    const { send } = search({}, candidate('aa'))
    expect(send({ type: 'REACHABLE' })).toEqual([])
    expect(send({ type: 'ATTEMPT_ANSWERED', attempt: 1, lottery: true })).toContainEqual({
      type: 'dial',
      attempt: 2,
      key: 'aa',
    })
  })

  test('leaves a dial alone that needs no luck, and makes it again when it fails for not knowing', () => {
    const { send, ledger } = search({}, candidate('aa'))
    send({ type: 'ATTEMPT_ANSWERED', attempt: 1, lottery: false })
    expect(send({ type: 'REACHABLE' })).toEqual([])
    expect(send(failed(1))).toContainEqual({ type: 'dial', attempt: 2, key: 'aa' })
    send({ type: 'DISCOVERY_DONE', found: 1 })
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching'])
    expect(send(failed(2))).toContainEqual({ type: 'notify', event: 'off-air', attempt: 1 })
  })

  test('gives a slot of repeated attempts to a key that was never tried, and keeps the oldest attempt', () => {
    const input = { maxInFlight: 3, repeatMs: 300 }
    const { send } = search(input, candidate('aa'), stagger, stagger, stagger, candidate('bb'))
    expect(send(stagger)).toEqual([
      { type: 'abandon', attempt: 2 },
      { type: 'dial', attempt: 4, key: 'bb' },
      { type: 'start-timer', id: 'stagger', ms: 300 },
    ])
  })

  test('dials an untried key at once when another one fails', () => {
    const { send } = search({}, candidate('aa'), candidate('bb'))
    expect(send(failed(1))).toEqual([{ type: 'dial', attempt: 2, key: 'bb' }])
  })

  test('lets a key that failed rest for a second, then longer', () => {
    const { send, ledger } = search({}, candidate('aa'))
    const ticksToNextDial = (): number => {
      const dials = ledger.of('dial').length
      let ticks = 0
      while (ledger.of('dial').length === dials) {
        send(stagger)
        ticks++
      }
      return ticks
    }
    send(failed(1))
    expect(ticksToNextDial()).toBe(4) // 1.2 s
    send(failed(2))
    expect(ticksToNextDial()).toBe(7) // 2.1 s
    for (let attempt = 3; attempt < 6; attempt++) {
      send(failed(attempt))
      ticksToNextDial()
    }
    send(failed(6))
    expect(ticksToNextDial()).toBe(17) // 5.1 s at most
  })

  test('dials a key that has announced itself anew at once, whatever failed before', () => {
    const { send } = search({}, candidate('aa'))
    for (let attempt = 1; attempt <= 4; attempt++) {
      send(failed(attempt))
      for (let tick = 0; tick < 17; tick++) send(stagger)
    }
    send(failed(5))
    send(stagger)
    expect(send({ type: 'MOVED', key: 'bb' })).not.toContainEqual(expect.objectContaining({ type: 'dial' }))
    expect(send({ type: 'MOVED', key: 'aa' })).toContainEqual({ type: 'dial', attempt: 6, key: 'aa' })
  })

  test('and beside a dial towards where it was, the failure of which says nothing', () => {
    const { send } = search({}, candidate('aa'))
    send(stagger)
    expect(send({ type: 'MOVED', key: 'aa' })).toContainEqual({ type: 'dial', attempt: 2, key: 'aa' })
    send(failed(1))
    send(stagger)
    expect(send(stagger)).not.toContainEqual(expect.objectContaining({ type: 'dial' }))
    send(failed(2))
    expect(send({ type: 'MOVED', key: 'aa' })).not.toEqual([])
  })

  test('repeats discovery with a rest that grows to 5 s, jitter added', () => {
    const { send, ledger } = search({ jitterMs: 40 })
    for (let round = 0; round < 5; round++) {
      send({ type: 'DISCOVERY_DONE', found: 0 })
      send(nextRound)
    }
    const rests = ledger.of('start-timer').filter(({ id }) => id === 'discovery')
    expect(rests.map(({ ms }) => ms)).toEqual([1040, 2040, 4040, 5040, 5040])
    expect(ledger.of('start-discovery')).toHaveLength(6)
  })

  test('says off-air once when a whole round found nobody, and goes on', () => {
    const { send, ledger } = search()
    expect(send({ type: 'DISCOVERY_DONE', found: 0 })).toContainEqual({
      type: 'notify',
      event: 'off-air',
      attempt: 1,
    })
    send(nextRound)
    send({ type: 'DISCOVERY_DONE', found: 0 })
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching', 'off-air'])
    expect(send(candidate('aa'))).toContainEqual({ type: 'dial', attempt: 1, key: 'aa' })
  })

  test('says off-air when all that a round found have failed, not before the round is over', () => {
    const { send, ledger } = search({}, candidate('aa'), failed(1))
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching'])
    send({ type: 'DISCOVERY_DONE', found: 1 })
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching', 'off-air'])
  })

  test('does not say off-air of a station that answered and is only out of reach', () => {
    const { ledger, send } = search({}, candidate('aa', 'record'), { type: 'DISCOVERY_DONE', found: 1 })
    send({ type: 'ATTEMPT_FAILED', attempt: 1, key: 'aa', reason: 'HOLEPUNCH_ABORTED' })
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching'])
  })

  test('does not say off-air while somebody is still being dialled', () => {
    const { send, ledger } = search({}, candidate('aa'))
    send({ type: 'DISCOVERY_DONE', found: 1 })
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching'])
    send(failed(1))
    expect(ledger.of('notify').map(({ event }) => event)).toEqual(['searching', 'off-air'])
  })

  test('hears only of the end of a round that runs', () => {
    const { send } = search({}, { type: 'DISCOVERY_DONE', found: 0 })
    expect(send({ type: 'DISCOVERY_DONE', found: 0 })).toEqual([])
  })

  test('trusts a key that the record names although the topic named it first', () => {
    const { send } = search({}, candidate('aa'), candidate('bb'), candidate('cc'), candidate('cc', 'record'))
    expect(send(stagger)).toContainEqual({ type: 'dial', attempt: 2, key: 'cc' })
  })

  test('is not drowned by a flood of keys: the record still gets in', () => {
    const { send, driver } = search({ maxInFlight: 1 })
    for (let count = 0; count < 1000; count++) send(candidate(`squatter ${count}`))
    send(candidate('aa', 'record'))
    expect(driver.snapshot().context.candidates.length).toBeLessThanOrEqual(64)
    expect(send(failed(1))).toContainEqual({ type: 'dial', attempt: 2, key: 'aa' })
  })

  test('dials everybody afresh when the network changed', () => {
    const { send } = search({ repeatMs: 300 }, candidate('aa'), stagger)
    expect(send({ type: 'NETWORK_CHANGED' })).toEqual([
      { type: 'abandon', attempt: 1 },
      { type: 'abandon', attempt: 2 },
      { type: 'stop-discovery' },
      { type: 'start-discovery' },
      { type: 'dial', attempt: 3, key: 'aa' },
      { type: 'start-timer', id: 'stagger', ms: 300 },
    ])
  })
})

describe('a link', () => {
  test('is the first proven attempt; all others are abandoned', () => {
    const { send, driver } = search({}, candidate('aa'), candidate('bb'), stagger)
    expect(send(proven(2))).toEqual([
      { type: 'adopt', attempt: 2 },
      { type: 'abandon', attempt: 1 },
      { type: 'stop-discovery' },
      { type: 'stop-timer', id: 'stagger' },
    ])
    expect(driver.snapshot().value).toBe('linked')
    expect(send(proven(1))).toEqual([])
  })

  test('that is lost is looked for at once, the proven key first', () => {
    const { send } = search({}, candidate('aa', 'record'), candidate('bb'), stagger, proven(2))
    expect(send({ type: 'LINK_LOST', reason: 'timeout' })).toEqual([
      { type: 'start-discovery' },
      { type: 'notify', event: 'reconnecting', attempt: 1 },
      { type: 'dial', attempt: 3, key: 'bb' },
      { type: 'start-timer', id: 'stagger', ms: 300 },
    ])
  })

  test('that is lost again is told of again, after an earlier off-air too', () => {
    const { send, ledger } = search({}, { type: 'DISCOVERY_DONE', found: 0 }, candidate('aa'), proven(1))
    send({ type: 'LINK_LOST', reason: 'timeout' })
    send({ type: 'DISCOVERY_DONE', found: 0 })
    send(failed(2))
    expect(ledger.of('notify').map(({ event }) => event)).toEqual([
      'searching',
      'off-air',
      'reconnecting',
      'off-air',
    ])
  })

  test('that a whole audience lost is dialled again after the jitter', () => {
    const { send } = search({}, candidate('aa'), proven(1))
    const effects = send({ type: 'LINK_LOST', reason: 'closed', jitterMs: 170 })
    expect(effects).toContainEqual({ type: 'start-timer', id: 'stagger', ms: 170 })
    expect(send(candidate('bb'))).toEqual([])
    expect(send(stagger)).toContainEqual({ type: 'dial', attempt: 2, key: 'aa' })
  })

  test('of an earlier attempt may close without a word', () => {
    const { send } = search({}, candidate('aa'), proven(1))
    send({ type: 'REDIAL', reason: 'media-silent' })
    send(proven(2))
    expect(send({ type: 'LINK_LOST', reason: 'replaced', attempt: 1 })).toEqual([])
    expect(send({ type: 'LINK_LOST', reason: 'timeout', attempt: 2 })).not.toEqual([])
  })
})

describe('a redial', () => {
  test('dials beside the open link and adopts what is proven, without saying a word', () => {
    const { send, driver } = search({}, candidate('aa'), proven(1))
    expect(send({ type: 'REDIAL', reason: 'media-silent' })).toEqual([
      { type: 'start-discovery' },
      { type: 'dial', attempt: 2, key: 'aa' },
      { type: 'start-timer', id: 'stagger', ms: 300 },
    ])
    expect(send({ type: 'DISCOVERY_DONE', found: 0 }).map(({ type }) => type)).toEqual(['start-timer'])
    expect(send(proven(2))).toContainEqual({ type: 'adopt', attempt: 2 })
    expect(driver.snapshot().value).toBe('linked')
  })

  test('ends when the link delivers again', () => {
    const { send, driver } = search({}, candidate('aa'), proven(1), { type: 'NETWORK_CHANGED' })
    expect(send({ type: 'LINK_ALIVE' })).toEqual([
      { type: 'abandon', attempt: 2 },
      { type: 'stop-discovery' },
      { type: 'stop-timer', id: 'stagger' },
    ])
    expect(driver.snapshot().value).toBe('linked')
  })

  test('becomes a search when the link closes, and keeps its attempts', () => {
    const { send } = search({}, candidate('aa'), proven(1), { type: 'REDIAL', reason: 'x' })
    expect(send({ type: 'LINK_LOST', reason: 'timeout' })).toEqual([
      { type: 'notify', event: 'reconnecting', attempt: 1 },
    ])
    expect(send(proven(2))).toContainEqual({ type: 'adopt', attempt: 2 })
  })
})

test('a stopped search leaves nothing behind and hears nothing any more', () => {
  const { send, driver } = search({ repeatMs: 300 }, candidate('aa'), stagger)
  expect(send({ type: 'STOP' })).toEqual([
    { type: 'abandon', attempt: 1 },
    { type: 'abandon', attempt: 2 },
    { type: 'stop-discovery' },
    { type: 'stop-timer', id: 'stagger' },
  ])
  expect(driver.done).toBe(true)
  expect(send({ type: 'START' })).toEqual([])
})

describe('a route through a peer in between', () => {
  test('is adopted while dials go on, and ends them when audio can come by it', () => {
    const { driver, send } = search({}, candidate('aa'))
    expect(send({ type: 'ROUTE_PROVEN' })).toEqual([{ type: 'adopt', attempt: 2 }])
    expect(driver.snapshot().value).toBe('redialing')
    expect(send({ type: 'LINK_ALIVE' })).toContainEqual({ type: 'abandon', attempt: 1 })
    expect(driver.snapshot().value).toBe('linked')
  })

  test('does not make the dials beside it hasty, as a suspect link does', () => {
    const dialsIn = (ticks: number, ...events: ReconnectEvent[]): number => {
      const { ledger, send } = search({}, candidate('aa'), ...events)
      for (let i = 0; i < ticks; i++) send(stagger)
      return ledger.of('dial').length
    }
    expect(dialsIn(10, { type: 'ROUTE_PROVEN' })).toBe(dialsIn(10))
    const suspect: ReconnectEvent[] = [proven(1), { type: 'REDIAL', reason: 'media-silent' }]
    expect(dialsIn(10, ...suspect) - 1).toBeGreaterThan(dialsIn(10))
  })

  test('gives way to a dial that is proven first', () => {
    const { driver, send } = search({}, candidate('aa'))
    send({ type: 'ROUTE_PROVEN' })
    expect(send(proven(1))).toContainEqual({ type: 'adopt', attempt: 1 })
    expect(driver.snapshot().value).toBe('linked')
  })

  test('that is lost before leaves the search as it was', () => {
    const { driver, send } = search({}, candidate('aa'))
    send({ type: 'ROUTE_PROVEN' })
    send({ type: 'LINK_LOST', reason: 'lost' })
    expect(driver.snapshot().value).toBe('searching')
    expect(send(proven(1))).toContainEqual({ type: 'adopt', attempt: 1 })
  })
})

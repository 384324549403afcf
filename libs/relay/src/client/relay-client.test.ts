import { type ControlMessage, fromHex } from '@pearcast/protocol'
import { describe, expect, test } from 'vitest'
import type { RelayClientEffect } from './ports.ts'
import { RelayClient } from './relay-client.ts'

const STATION = '0a'.repeat(32)
const RELAY = '0b'.repeat(32)
const RUN = 1
/** Nobody hangs on it. */
const ALONE = {
  self: '0c'.repeat(32),
  isChild: () => false,
  feeds: () => false,
  room: () => [],
  random: () => 0.5,
}

/**
 * A listener whose parent is the station and whose second one is a relay. The station's line then takes so little that
 * the relay is a second ahead, and takes over.
 */
function outrun(isStation: (key: string) => boolean): RelayClientEffect[] {
  const done: RelayClientEffect[] = []
  const later: (() => void)[] = []
  let nowMs = 0
  const client: RelayClient = new RelayClient({
    ...ALONE,
    slots: () => ({ slots: 0, freeSlots: 0 }),
    isStation,
    perform: (effect) => {
      done.push(effect)
      // Links come up at once, and everybody has room.
      if (effect.type === 'connect') later.push(() => client.linkUp(effect.key, { rttMs: 10 }, nowMs))
      if (effect.type !== 'send' || effect.message.type !== 'reserve') return
      const { key } = effect
      const keys = key === RELAY ? [fromHex(STATION)] : []
      const place = {
        type: 'reserved',
        channel: 1,
        lifetimeMs: 60_000,
        bytesPerS: 24_000,
        freeSlots: 3,
      } as const
      later.push(() => client.message(key, { type: 'ancestors', channel: 1, keys }, nowMs))
      later.push(() => client.message(key, place, nowMs))
    },
  })
  const settle = (): void => {
    for (let act = later.shift(); act !== undefined; act = later.shift()) act()
  }
  client.start(nowMs)
  client.learn({ key: STATION, source: 'record', depth: 0 }, nowMs)
  settle()
  expect(client.primary).toBe(STATION)
  client.learn({ key: RELAY, source: 'referral', depth: 1 }, nowMs)
  for (let seq = 1; seq <= 600; seq++) {
    nowMs += 20
    // From the hundredth on, one frame in two.
    const ofStation = seq < 100 ? seq : 100 + ((seq - 100) >> 1)
    client.frame(STATION, RUN, ofStation, 0, true, nowMs)
    if (client.next === RELAY) client.frame(RELAY, RUN, seq, 1, true, nowMs)
    else if (client.isParent(RELAY)) client.beat(RELAY, seq, nowMs)
    if (client.nextMs <= nowMs) client.advance(nowMs)
    settle()
    if (client.primary === RELAY) break
  }
  expect(client.primary).toBe(RELAY)
  return done
}

describe('a parent that falls behind the second one', () => {
  const accused = (done: readonly RelayClientEffect[]): unknown[] =>
    done.filter(({ type }) => type === 'distrusted')

  test('is left, and accused of keeping frames back', () => {
    expect(accused(outrun(() => false))).toEqual([{ type: 'distrusted', key: STATION, reason: 'withheld' }])
  })

  test('is left and accused of nothing when it is the station itself: it has a slow line', () => {
    expect(accused(outrun((key) => key === STATION))).toEqual([])
  })
})

/** Its only parent fell silent and was given up; it was asked again in vain, is asked just now, or rests after that. */
function cutOff(
  isStation: (key: string) => boolean,
  phase: 'asked' | 'rests',
): { again: () => string | undefined; asked: string[] } {
  const asked: string[] = []
  const dialled: string[] = []
  const client: RelayClient = new RelayClient({
    ...ALONE,
    isStation,
    slots: () => ({ slots: 0, freeSlots: 0 }),
    perform: (effect) => {
      if (effect.type === 'send' && effect.message.type === 'reserve') asked.push(effect.key)
      if (effect.type === 'connect') dialled.push(effect.key)
    },
  })
  let nowMs = 0
  const advance = (): void => {
    if (client.nextMs <= nowMs) client.advance(nowMs)
    // The link itself stands.
    for (const key of dialled.splice(0)) client.linkUp(key, { rttMs: 10 }, nowMs)
  }
  client.start(nowMs)
  client.learn({ key: STATION, source: 'record', depth: 0 }, nowMs)
  advance()
  const place = { type: 'reserved', channel: 1, lifetimeMs: 60_000, bytesPerS: 24_000, freeSlots: 3 } as const
  client.message(STATION, place, nowMs)
  client.frame(STATION, RUN, 1, 0, true, nowMs)
  expect(client.primary).toBe(STATION)
  for (; nowMs < 6000 || client.isParent(STATION) !== (phase === 'asked'); nowMs += 20) advance()
  expect(client.primary).toBeUndefined()
  asked.length = 0
  const again = (): string | undefined => {
    for (let seq = 2; seq < 8; seq++, nowMs += 20) {
      client.frame(STATION, RUN, seq, 0, true, nowMs)
      advance()
    }
    return client.primary
  }
  return { again, asked }
}

describe('who gave its only parent up in a cut, and is sent frames by it again', () => {
  const isStation = (key: string): boolean => key === STATION

  test('has it back without an answer, if it is the station that it asks', () => {
    expect(cutOff(isStation, 'asked').again()).toBe(STATION)
  })

  test('asks the station at once while it rests', () => {
    const { again, asked } = cutOff(isStation, 'rests')
    expect(again()).toBe(STATION)
    expect(asked).toEqual([STATION])
  })

  test.each(['asked', 'rests'] as const)('waits for the answer of anybody else (%s)', (phase) => {
    expect(cutOff(() => false, phase).again()).toBeUndefined()
  })
})

test('frames of the station that come before its answer, as they may over a line with jitter, make it no parent yet', () => {
  const sent: string[] = []
  const client: RelayClient = new RelayClient({
    ...ALONE,
    isStation: () => true,
    slots: () => ({ slots: 0, freeSlots: 0 }),
    perform: (effect) => {
      if (effect.type === 'send') sent.push(effect.message.type)
    },
  })
  client.start(0)
  client.learn({ key: STATION, source: 'record', depth: 0 }, 0)
  client.linkUp(STATION, { rttMs: 10 }, 0)
  client.frame(STATION, RUN, 1, 0, true, 20)
  // A second subscription would begin behind what has come by then.
  expect(sent).toEqual(['reserve'])
  expect(client.primary).toBeUndefined()
})

test('a parent hears at once under which key we can be dialled, when we come to serve others', () => {
  const sent: unknown[] = []
  let slots = 0
  const client: RelayClient = new RelayClient({
    ...ALONE,
    slots: () => ({ slots, freeSlots: slots }),
    perform: (effect) => {
      if (effect.type === 'send' && effect.message.type === 'reserve') sent.push(effect.message)
    },
  })
  client.start(0)
  client.learn({ key: STATION, source: 'record', depth: 0 }, 0)
  client.linkUp(STATION, { rttMs: 10 }, 0)
  client.message(STATION, { type: 'ancestors', channel: 1, keys: [] }, 10)
  const place = { type: 'reserved', channel: 1, lifetimeMs: 60_000, bytesPerS: 24_000, freeSlots: 3 } as const
  client.message(STATION, place, 10)
  expect(client.primary).toBe(STATION)
  slots = 3
  client.slotsChanged(500)
  expect(sent).toMatchObject([{ slots: 0 }, { slots: 3, freeSlots: 3, key: fromHex('0c'.repeat(32)) }])
})

/** A listener at depth 3 with the frame 100 whose only parent is gone; a relay so deep has a place for it. */
function orphan(feeds: boolean, depth: number): RelayClient {
  const former = '0d'.repeat(32)
  const client: RelayClient = new RelayClient({
    self: '0c'.repeat(32),
    isChild: () => false,
    feeds: () => feeds,
    slots: () => ({ slots: 3, freeSlots: 1 }),
    room: () => [],
    random: () => 0.5,
    perform: () => {},
  })
  const join = (key: string, at: number, nowMs: number): void => {
    client.learn({ key, source: 'referral', depth: at }, nowMs)
    // Those on the way do not answer, should they be asked.
    for (let ms = nowMs; ms <= nowMs + 2000; ms += 100) client.advance(ms)
    client.linkUp(key, { rttMs: 10 }, nowMs + 2000)
    const keys = ['0a', 'e1', 'e2'].slice(0, at).map((digits) => fromHex(digits.repeat(32)))
    client.message(key, { type: 'ancestors', channel: 1, keys }, nowMs + 2000)
    const place = {
      type: 'reserved',
      channel: 1,
      lifetimeMs: 60_000,
      bytesPerS: 24_000,
      freeSlots: 3,
    } as const
    client.message(key, place, nowMs + 2000)
  }
  client.start(0)
  join(former, 2, 0)
  for (let seq = 1; seq <= 100; seq++) client.frame(former, RUN, seq, 2, true, 2000 + 20 * seq)
  expect([client.primary, client.lineage.depth]).toEqual([former, 3])
  client.linkDown(former, 4100)
  expect(client.primary).toBeUndefined()
  join(RELAY, depth, 4100)
  return client
}

describe('who lost its parent while the source stalls', () => {
  test('and feeds others takes none that has the same frame over as many hops', () => {
    const client = orphan(true, 3)
    expect([client.primary, client.next]).toEqual([undefined, RELAY])
    // Its ring, then nothing but beats for as long as the source is silent.
    for (let seq = 51; seq <= 100; seq++) client.frame(RELAY, RUN, seq, 3, false, 6200)
    for (let nowMs = 6300; nowMs <= 16_000; nowMs += 100) {
      client.beat(RELAY, 100, nowMs)
      client.advance(nowMs)
    }
    expect([client.primary, client.next]).toEqual([undefined, RELAY])
    client.frame(RELAY, RUN, 101, 3, true, 16_020)
    expect([client.primary, client.state]).toEqual([RELAY, 'live'])
  })

  test('and feeds others takes at once who has the same frame over fewer hops', () => {
    const client = orphan(true, 1)
    client.frame(RELAY, RUN, 100, 1, false, 6200)
    expect([client.primary, client.lineage.depth]).toEqual([RELAY, 2])
  })

  test('and feeds nobody takes whoever has a place', () => {
    expect(orphan(false, 3).primary).toBe(RELAY)
  })
})

test('two places whose half-time is near are asked for again together', () => {
  const asked: [number, string][] = []
  let nowMs = 0
  const client: RelayClient = new RelayClient({
    ...ALONE,
    slots: () => ({ slots: 0, freeSlots: 0 }),
    perform: ({ type, ...effect }) => {
      if (type === 'send' && 'message' in effect && effect.message.type === 'reserve')
        asked.push([nowMs, effect.key])
    },
  })
  const join = (key: string, keys: readonly string[]): void => {
    client.learn({ key, source: 'referral', depth: keys.length }, nowMs)
    client.linkUp(key, { rttMs: 10 }, nowMs)
    client.message(key, { type: 'ancestors', channel: 1, keys: keys.map(fromHex) }, nowMs)
    const place = {
      type: 'reserved',
      channel: 1,
      lifetimeMs: 60_000,
      bytesPerS: 24_000,
      freeSlots: 3,
    } as const
    client.message(key, place, nowMs)
  }
  const live = (untilMs: number): void => {
    for (; nowMs < untilMs; nowMs += 100) {
      for (const key of [STATION, RELAY]) client.beat(key, 0, nowMs)
      client.advance(nowMs)
    }
  }
  client.start(0)
  join(STATION, [])
  client.learn({ key: RELAY, source: 'referral', depth: 1 }, nowMs)
  live(3000)
  join(RELAY, [STATION])
  expect([client.primary, client.second]).toEqual([STATION, RELAY])
  asked.length = 0
  live(35_000)
  expect(asked).toEqual([
    [30_000, STATION],
    [30_000, RELAY],
  ])
})

/** A relay whose way is the station, `RELAY` and `parent`, and whom it dialled since; `calls`: somebody names one for it. */
function below(parent: string) {
  const dialled: string[] = []
  const sent: { key: string; message: ControlMessage }[] = []
  const client: RelayClient = new RelayClient({
    ...ALONE,
    slots: () => ({ slots: 3, freeSlots: 3 }),
    perform: (effect) => {
      if (effect.type === 'connect') dialled.push(effect.key)
      if (effect.type === 'send') sent.push(effect)
    },
  })
  client.start(0)
  client.learn({ key: parent, source: 'referral', depth: 2 }, 0)
  client.linkUp(parent, { rttMs: 10 }, 0)
  client.message(parent, { type: 'ancestors', channel: 1, keys: [STATION, RELAY].map(fromHex) }, 0)
  const place = { type: 'reserved', channel: 1, lifetimeMs: 60_000, bytesPerS: 24_000, freeSlots: 0 } as const
  client.message(parent, place, 0)
  for (let seq = 1; seq <= 300; seq++) {
    client.frame(parent, RUN, seq, 2, true, 20 * seq)
    client.advance(20 * seq)
    // Whom it asks for a second place does not answer.
    for (const key of dialled) if (client.isParent(key) && key !== parent) client.linkDown(key, 20 * seq)
  }
  expect([client.primary, client.state]).toEqual([parent, 'live'])
  const calls = (key: string, nowMs: number): string[] => {
    dialled.length = 0
    const parents = [{ key: fromHex(key), depth: 1, freeSlots: 1, rttMs: 0 }]
    client.message('0f'.repeat(32), { type: 'parents', channel: 1, parents }, nowMs)
    return dialled
  }
  return { calls, client, dialled, sent }
}

describe('a relay that is called to the place of one that leaves', () => {
  const parent = '0d'.repeat(32)

  test('asks for it at once when it is with somebody on its own way', () => {
    const { calls } = below(parent)
    expect(calls(RELAY, 6000)).toEqual([RELAY])
  })

  test('goes nowhere at the word of a stranger otherwise', () => {
    const { calls } = below(parent)
    expect(calls('0e'.repeat(32), 6000)).toEqual([])
    expect(calls(parent, 6000)).toEqual([])
  })

  test('and called again and again goes there every ten seconds', () => {
    const { calls, client } = below(parent)
    expect(calls(RELAY, 6000)).toEqual([RELAY])
    client.linkDown(RELAY, 6100)
    expect(calls(RELAY, 6200)).toEqual([])
  })
})

test('who leaves tells its parent who is to have its place, and that one whom to ask', () => {
  const parent = '0d'.repeat(32)
  const heir = '0e'.repeat(32)
  const { client, dialled, sent } = below(parent)
  dialled.length = 0
  sent.length = 0
  client.stay()
  client.handOver(heir, undefined, 6000)
  expect(dialled).toEqual([heir])
  client.linkUp(heir, { rttMs: 10 }, 6100)
  expect(sent.map(({ key, message: { type } }) => [key, type])).toEqual([
    [parent, 'reserve'],
    [parent, 'parents'],
    [heir, 'parents'],
  ])
  expect(sent[1]?.message).toMatchObject({ parents: [{ key: fromHex(heir) }] })
  expect(sent[2]?.message).toMatchObject({ parents: [{ key: fromHex(parent), depth: 2, freeSlots: 1 }] })
  // Asked to go, it goes nowhere: it is about to leave.
  client.message(parent, { type: 'refused', channel: 1, reason: 'full', retryAfterMs: 1000 }, 6200)
  expect(dialled).toEqual([heir])
})

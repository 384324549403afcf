import { fromHex } from '@pearcast/protocol'
import { describe, expect, test } from 'vitest'
import type { RelayClientEffect } from './ports.ts'
import { RelayClient } from './relay-client.ts'

const STATION = '0a'.repeat(32)
const RELAY = '0b'.repeat(32)
const RUN = 1

/**
 * A listener whose parent is the station and whose second one is a relay. The station's line then takes so little that
 * the relay is a second ahead, and takes over.
 */
function outrun(isStation: (key: string) => boolean): RelayClientEffect[] {
  const done: RelayClientEffect[] = []
  const later: (() => void)[] = []
  let nowMs = 0
  const client: RelayClient = new RelayClient({
    self: '0c'.repeat(32),
    isChild: () => false,
    feeds: () => false,
    slots: () => ({ slots: 0, freeSlots: 0 }),
    room: () => [],
    random: () => 0.5,
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

test('a parent hears at once under which key we can be dialled, when we come to serve others', () => {
  const sent: unknown[] = []
  let slots = 0
  const client: RelayClient = new RelayClient({
    self: '0c'.repeat(32),
    isChild: () => false,
    feeds: () => false,
    slots: () => ({ slots, freeSlots: slots }),
    room: () => [],
    random: () => 0.5,
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

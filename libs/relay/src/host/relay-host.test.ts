import { type ControlMessage, fromHex, toHex } from '@pearcast/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostLimits } from './admission.ts'
import type { RelayHostEffect } from './ports.ts'
import { RelayHost } from './relay-host.ts'

const LIMITS: HostLimits = {
  maxChildren: 4,
  maxStandby: 4,
  maxPerPrefix: 3,
  bytesPerS: 20_000,
  lifetimeMs: 30_000,
}
const keyOf = (at: number): string => at.toString(16).padStart(64, '0')

interface Asking {
  readonly slots?: number
  readonly freeSlots?: number
  readonly standby?: boolean
  readonly prefix?: string
  readonly nowMs?: number
}

/** A host at depth 1, open, and what it said. */
function hosting(limits: HostLimits = LIMITS) {
  const effects: RelayHostEffect[] = []
  let way = [keyOf(0xaaaa)]
  const host = new RelayHost({
    self: keyOf(0xffff),
    limits,
    perform: (effect) => effects.push(effect),
    ancestors: () => way,
    isParent: (key) => key === keyOf(0xbbbb),
    hints: () => [],
  })
  host.setFit(true, 0)
  host.setFed(true, 0)
  effects.length = 0
  /** The answers to one who asks. */
  const ask = (
    at: number,
    { nowMs = 0, prefix, slots = 0, freeSlots = slots, standby = false }: Asking = {},
  ): ControlMessage[] => {
    effects.length = 0
    const place = { type: 'reserve', channel: 1, standby, slots, freeSlots } as const
    const reserve = slots > 0 ? { ...place, key: fromHex(keyOf(at)) } : place
    host.message(keyOf(at), prefix ?? `net ${at}`, reserve, nowMs)
    return effects.flatMap((effect) =>
      effect.type === 'send' && effect.key === keyOf(at) ? [effect.message] : [],
    )
  }
  const use = (at: number, audio: boolean, nowMs = 0): void =>
    host.message(
      keyOf(at),
      undefined,
      { type: 'subscribe', channel: 1, variant: 0, paths: { swarm: audio, webrtc: false } },
      nowMs,
    )
  const moveBelow = (ancestors: readonly number[]): void => {
    way = ancestors.map(keyOf)
  }
  return { ask, effects, host, moveBelow, use }
}

const typesOf = (messages: readonly ControlMessage[]): string[] => messages.map(({ type }) => type)

describe('a host', () => {
  test('tells its way before it grants a place, so that a child can see a loop', () => {
    const { ask } = hosting()
    const answers = ask(1)
    expect(typesOf(answers)).toEqual(['ancestors', 'reserved'])
    expect(answers[0]).toMatchObject({ keys: [fromHex(keyOf(0xaaaa))] })
    expect(answers[1]).toMatchObject({ lifetimeMs: 30_000, bytesPerS: 20_000, freeSlots: 3 })
  })

  test('tells who renews in time its way only when it is another one, and who comes early what it may have missed', () => {
    const { ask, moveBelow } = hosting()
    ask(1)
    expect(typesOf(ask(1, { nowMs: 15_000 }))).toEqual(['reserved'])
    expect(typesOf(ask(1, { nowMs: 17_000 }))).toEqual(['ancestors', 'reserved'])
    moveBelow([0xaaaa, 0xaaab])
    expect(typesOf(ask(1, { nowMs: 32_000 }))).toEqual(['ancestors', 'reserved'])
  })

  test('knows its children by the keys that they name, for as long as they name them and stay', () => {
    const { ask, host } = hosting()
    const fed = (): number[] => [1, 2, 3].filter((at) => host.feeds(keyOf(at)))
    expect(fed()).toEqual([])
    ask(1, { slots: 2 })
    expect(fed()).toEqual([1])
    ask(2, { slots: 2 })
    expect(fed()).toEqual([1, 2])
    ask(1, { slots: 0 })
    expect(fed()).toEqual([2])
    host.childGone(keyOf(2), 0)
    expect(fed()).toEqual([])
  })

  test('serves neither its parents nor its ancestors', () => {
    const { ask } = hosting()
    expect(typesOf(ask(0xaaaa, { slots: 1 }))).toEqual(['refused'])
    expect(typesOf(ask(0xbbbb, { slots: 1 }))).toEqual(['refused'])
  })

  test('that is full names those below who have room, each in its turn', () => {
    const { ask } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at, { slots: 2 })
    const named = [5, 6].map((at) => {
      const answers = ask(at)
      expect(typesOf(answers)).toEqual(['parents', 'refused'])
      return answers[0]?.type === 'parents' ? answers[0].parents : []
    })
    for (const parents of named) {
      expect(parents).toHaveLength(4)
      for (const parent of parents) expect(parent).toMatchObject({ depth: 2, freeSlots: 2 })
    }
    expect(named[0]?.[0]?.key).not.toEqual(named[1]?.[0]?.key)
  })

  test('names whom its children tell of, the nearest first, and tells its own parent the same', () => {
    const { ask, effects, host } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at, { slots: 2 })
    const spot = (at: number, depth: number) => ({ key: fromHex(keyOf(at)), depth, freeSlots: 1, rttMs: 0 })
    const tells = (at: number, ...parents: ReturnType<typeof spot>[]): void =>
      host.message(keyOf(at), undefined, { type: 'parents', channel: 1, parents }, 0)
    tells(1, spot(0x11, 4), spot(0x12, 4))
    tells(2, spot(0x21, 3))
    tells(3, spot(3, 2))
    tells(4)
    expect(effects.at(-1)).toEqual({ type: 'room' })
    const below = [spot(3, 2), spot(0x21, 3), spot(0x11, 4), spot(0x12, 4)]
    expect(host.room).toEqual(below)
    const refused = ask(5)
    expect(refused[0]?.type === 'parents' && refused[0].parents).toEqual(below)
    // A quarter of each was promised; what is left goes on being named until they tell again.
    for (const at of [6, 7, 8]) ask(at)
    const spent = ask(9)
    expect(spent[0]?.type === 'parents' && spent[0].parents.map(({ freeSlots }) => freeSlots)).toEqual([
      0, 0, 0, 0,
    ])
    tells(3, spot(3, 2))
    const again = ask(10)
    expect(again[0]?.type === 'parents' && again[0].parents[0]).toEqual(spot(3, 2))
  })

  test('names the places of leaves to relays only, and tells of them as room without free slots', () => {
    const { ask, host } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at, { slots: 2 })
    const spot = (at: number, depth: number, freeSlots: number) => {
      return { key: fromHex(keyOf(at)), depth, freeSlots, rttMs: 0 }
    }
    const parents = [spot(0x11, 3, 0), spot(0x12, 4, 2)]
    host.message(keyOf(1), undefined, { type: 'parents', channel: 1, parents }, 0)
    for (const at of [2, 3, 4])
      host.message(keyOf(at), undefined, { type: 'parents', channel: 1, parents: [] }, 0)
    expect(host.room).toEqual([spot(0x12, 4, 2), spot(0x11, 3, 0)])
    const namedTo = (at: number, slots: number): string[] => {
      const [answer] = ask(at, { slots, nowMs: 1000 })
      const hints = answer?.type === 'parents' ? answer.parents : []
      return hints.filter(({ freeSlots }) => freeSlots > 0).map(({ key }) => toHex(key))
    }
    expect(namedTo(5, 0)).toEqual([keyOf(0x12)])
    expect(namedTo(6, 2)).toEqual([keyOf(0x11), keyOf(0x12)])
  })

  test('full of leaves says that a relay has room here', () => {
    const { ask, host } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at)
    expect(host.room).toMatchObject([{ freeSlots: 0 }])
    ask(5, { slots: 4 })
    expect(host.room.map(({ freeSlots }) => freeSlots)).toEqual([0, 4])
  })

  test('keeps twelve spots of what a child tells, and none of one that serves nobody', () => {
    const { ask, host } = hosting()
    ask(1, { slots: 2 })
    ask(2)
    const parents = Array.from({ length: 16 }, (_, at) => {
      return { key: fromHex(keyOf(0x100 + at)), depth: 16, freeSlots: 9, rttMs: 0 }
    })
    for (const at of [1, 2]) host.message(keyOf(at), undefined, { type: 'parents', channel: 1, parents }, 0)
    expect([...host.children].map(({ spots }) => spots.length)).toEqual([12, 0])
  })

  test('takes a leaf in its last place when nobody below has room', () => {
    const { ask } = hosting()
    for (const at of [1, 2, 3]) ask(at)
    expect(typesOf(ask(4))).toEqual(['ancestors', 'reserved'])
    expect(typesOf(ask(5))).toEqual(['refused'])
  })

  test('lets the youngest leaf make way for a relay that stays, and tells it of the newcomer', () => {
    const { ask, effects, host, use } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at, { nowMs: at })
    for (const at of [1, 2, 3, 4]) use(at, true, 5)
    expect(typesOf(ask(5, { slots: 4, nowMs: 10 }))).toEqual(['ancestors', 'reserved'])
    use(5, true, 20)
    host.advance(2900)
    expect(effects.filter(({ type }) => type === 'send').length).toBe(2)
    host.advance(host.nextMs)
    const toLeaf = effects.flatMap((effect) =>
      effect.type === 'send' && effect.key === keyOf(4) ? [effect.message] : [],
    )
    expect(typesOf(toLeaf)).toEqual(['parents', 'refused'])
    expect(toLeaf[0]?.type === 'parents' && toLeaf[0].parents.map(({ key }) => toHex(key))).toEqual([
      keyOf(5),
    ])
  })

  test('moves nobody for a relay that goes again at once', () => {
    const { ask, effects, host, use } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at, { nowMs: at })
    for (const at of [1, 2, 3, 4]) use(at, true, 5)
    ask(5, { slots: 4, nowMs: 10 })
    use(5, true, 20)
    host.childGone(keyOf(5), 900)
    effects.length = 0
    host.advance(4000)
    expect(effects).toEqual([])
    expect([...host.children].map(({ key }) => key)).toEqual([1, 2, 3, 4].map(keyOf))
  })

  test('gives one network three places', () => {
    const { ask } = hosting()
    const answers = [1, 2, 3, 4].map((at) => ask(at, { prefix: '192.0.2.0/24' }).at(-1)?.type)
    expect(answers).toEqual(['reserved', 'reserved', 'reserved', 'refused'])
  })

  test('answers who renews its place without end eight times a second', () => {
    const { ask } = hosting()
    ask(1)
    const answered = (fromMs: number): number =>
      Array.from({ length: 100 }, (_, i) => ask(1, { nowMs: fromMs + i })).filter(({ length }) => length > 0)
        .length
    expect([answered(0), answered(500), answered(1000)]).toEqual([8, 0, 8])
  })

  test('takes places back that are not used, and not renewed', () => {
    const { ask, effects, host, use } = hosting()
    ask(1)
    ask(2)
    use(2, true)
    host.advance(6000)
    expect([host.isChild(keyOf(1)), host.isChild(keyOf(2))]).toEqual([false, true])
    ask(2, { nowMs: 20_000 })
    host.advance(40_000)
    expect(host.isChild(keyOf(2))).toBe(true)
    host.advance(50_000)
    expect(host.isChild(keyOf(2))).toBe(false)
    expect(effects.at(-1)).toEqual({ type: 'unserve', key: keyOf(2) })
  })

  test('starts a warm second at once, and moves it when it overdraws the budget for ten seconds', () => {
    const { ask, effects, host, use } = hosting()
    for (const at of [1, 2, 3, 4]) {
      ask(at)
      use(at, true)
    }
    ask(5, { standby: true })
    use(5, false)
    use(5, true, 1000)
    expect(effects.at(-1)).toMatchObject({ type: 'serve', key: keyOf(5), audio: true, warm: true })
    host.advance(2000)
    expect([...host.children].filter(({ movingMs }) => movingMs !== undefined)).toEqual([])
    host.advance(12_000)
    expect([...host.children].filter(({ movingMs }) => movingMs !== undefined).map(({ key }) => key)).toEqual(
      [keyOf(5)],
    )
  })

  test('takes a listener that only subscribes as one that reserves', () => {
    const { effects, host, use } = hosting()
    use(1, true)
    expect(host.isChild(keyOf(1))).toBe(true)
    expect(effects.at(-1)).toMatchObject({ type: 'serve', audio: true, warm: false })
  })

  test('serves a child over whichever path it names, and one that names none with heads', () => {
    const { effects, host } = hosting()
    for (const [swarm, webrtc, audio] of [
      [false, true, true],
      [false, false, false],
    ] as const) {
      host.message(
        keyOf(1),
        undefined,
        { type: 'subscribe', channel: 7, variant: 0, paths: { swarm, webrtc } },
        0,
      )
      expect(effects.at(-1)).toMatchObject({ type: 'serve', channel: 7, audio })
    }
  })

  test('answers one key ten times a second at most', () => {
    const { ask } = hosting({ ...LIMITS, maxChildren: 0 })
    expect([0, 50, 99, 250].map((nowMs) => ask(1, { nowMs }).length)).toEqual([1, 0, 0, 1])
  })

  test('without a parent grants nothing, and after four seconds sends its children away', () => {
    const { ask, effects, host, use } = hosting()
    ask(1)
    use(1, true)
    host.setFed(false, 1000)
    expect(ask(2, { nowMs: 2000 })).toMatchObject([{ type: 'refused', reason: 'not-on-air' }])
    host.advance(5000)
    expect(host.state).toBe('draining')
    expect(effects.filter(({ type }) => type === 'unannounce')).toHaveLength(1)
    host.setFed(true, 6000)
    host.childGone(keyOf(1), 7000)
    expect(host.state).toBe('open')
  })

  test('that leaves says where to go, serves on for ten seconds, and then is done', () => {
    const { ask, effects, host, use } = hosting()
    for (const at of [1, 2]) {
      ask(at, { slots: 2 })
      use(at, true)
    }
    effects.length = 0
    host.drain(1000)
    host.advance(3000)
    expect(effects.filter(({ type }) => type === 'send').length).toBeGreaterThanOrEqual(2)
    expect([...host.children]).toHaveLength(2)
    host.childGone(keyOf(1), 4000)
    host.advance(11_000)
    expect(effects.slice(-2)).toEqual([{ type: 'unserve', key: keyOf(2) }, { type: 'drained' }])
    expect(host.state).toBe('stopped')
  })

  test('that leaves has somebody below with room take its place, and sends there who feeds others', () => {
    const { ask, effects, host, use } = hosting()
    for (const [at, slots] of [3, 0, 5, 2].entries()) {
      ask(at + 1, { slots, freeSlots: 0 })
      use(at + 1, true)
    }
    const spot = (at: number, depth: number, freeSlots: number) => {
      return { key: fromHex(keyOf(at)), depth, freeSlots, rttMs: 0 }
    }
    const parents = [spot(0x11, 3, 1), spot(0x12, 4, 2), spot(0x13, 5, 8)]
    host.message(keyOf(1), undefined, { type: 'parents', channel: 1, parents: parents.slice(0, 2) }, 0)
    host.message(keyOf(3), undefined, { type: 'parents', channel: 1, parents: parents.slice(1, 2) }, 0)
    effects.length = 0
    host.drain(1000)
    expect(effects.filter(({ type }) => type === 'hand-over' || type === 'send')).toEqual([
      { type: 'hand-over', to: keyOf(0x12), link: undefined },
    ])
    host.advance(2999)
    expect(effects.filter(({ type }) => type === 'send')).toEqual([])
    host.advance(host.nextMs)
    const firstOf = (at: number): unknown => {
      const [told] = effects.filter((effect) => effect.type === 'send' && effect.key === keyOf(at))
      return told?.type === 'send' && told.message.type === 'parents' && told.message.parents[0]
    }
    // It has room for two: the widest, at our depth.
    expect([1, 3].map(firstOf)).toEqual([spot(0x12, 1, 2), spot(0x12, 1, 2)])
    expect([2, 4].map(firstOf)).not.toContainEqual(spot(0x12, 1, 2))
    expect([...host.children].every(({ movingMs }) => movingMs === 3000)).toBe(true)
  })

  test('that leaves has a child with room take its place', () => {
    const { ask, effects, host, use } = hosting()
    for (const at of [1, 2]) {
      ask(at, { slots: 4, freeSlots: 2 * (at - 1) })
      use(at, true)
    }
    effects.length = 0
    host.drain(1000)
    expect(effects).toContainEqual({ type: 'hand-over', to: keyOf(2), link: keyOf(2) })
    host.advance(3000)
    const told = effects.flatMap((effect) =>
      effect.type === 'send' && effect.message.type === 'parents'
        ? [[effect.key, toHex(effect.message.parents[0]?.key ?? new Uint8Array())]]
        : [],
    )
    expect(told[0]).toEqual([keyOf(1), keyOf(2)])
  })

  test('keeps the place of a child that leaves for the heir that it names, until that child renews it', () => {
    const { ask, effects, host, use } = hosting()
    for (const at of [1, 2, 3, 4]) {
      ask(at, { slots: 3, freeSlots: 0 })
      use(at, true)
    }
    const bequeath = (nowMs: number): void => {
      ask(1, { nowMs })
      const parents = [{ key: fromHex(keyOf(9)), depth: 2, freeSlots: 1, rttMs: 0 }]
      host.message(keyOf(1), undefined, { type: 'parents', channel: 1, parents }, nowMs)
    }
    bequeath(1000)
    expect(host.room).toEqual([])
    expect(typesOf(ask(5, { slots: 4, nowMs: 1100 }))).toEqual(['parents', 'refused'])
    expect(typesOf(ask(9, { slots: 4, nowMs: 1200 }))).toContain('reserved')
    use(9, true, 1300)
    effects.length = 0
    host.advance(4300)
    expect(effects.filter(({ type }) => type === 'send')).toMatchObject([
      { key: keyOf(1), message: { type: 'parents' } },
      { key: keyOf(1), message: { type: 'refused' } },
    ])
  })

  test('gives the place of a child that serves nobody any more to another one when its heir does not come', () => {
    const { ask, host } = hosting()
    for (const at of [1, 2, 3, 4]) ask(at, { slots: 3, freeSlots: 0 })
    ask(1, { nowMs: 1000 })
    const parents = [{ key: fromHex(keyOf(9)), depth: 2, freeSlots: 1, rttMs: 0 }]
    host.message(keyOf(1), undefined, { type: 'parents', channel: 1, parents }, 1000)
    ask(1, { nowMs: 15_000 })
    expect(host.room).toMatchObject([{ freeSlots: 0 }])
    expect(typesOf(ask(5, { slots: 4, nowMs: 15_000 }))).toContain('reserved')
  })

  test('never has more places than it may, whoever asks for what', () => {
    const step = fc.record({
      at: fc.nat(12),
      slots: fc.nat(3),
      standby: fc.boolean(),
      kind: fc.constantFrom('ask' as const, 'use' as const, 'rest' as const, 'go' as const, 'move' as const),
      waitMs: fc.nat(3000),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { ask, host, use } = hosting()
        let nowMs = 0
        for (const { at, kind, slots, standby, waitMs } of steps) {
          nowMs += waitMs
          host.advance(nowMs)
          if (kind === 'ask') ask(at, { slots, standby, nowMs })
          if (kind === 'use') use(at, true, nowMs)
          if (kind === 'rest') use(at, false, nowMs)
          if (kind === 'go') host.childGone(keyOf(at), nowMs)
          if (kind === 'move') host.move(keyOf(at), nowMs)
          const staying = [...host.children].filter(({ movingMs }) => movingMs === undefined)
          // Four, and what warm seconds may overdraw.
          expect(staying.filter((place) => !place.standby).length).toBeLessThanOrEqual(6)
        }
      }),
      { numRuns: 200 },
    )
  })
})

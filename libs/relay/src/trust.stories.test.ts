import type { ControlMessage } from '@pearcast/protocol'
import { describe, expect, test } from 'vitest'
import { testFrame } from './testing/frames.ts'
import { childrenOf, grown, relaysOf } from './testing/grown.ts'
import type { Behaviour, Node } from './testing/node.ts'
import type { World } from './testing/world.ts'

const SEEDS = [1, 2]
const TIMEOUT_MS = 180_000

/** Says that it is a child of the broadcaster, while its frames show how deep it is. */
const flatter = (message: ControlMessage): ControlMessage =>
  message.type === 'ancestors' && message.keys.length > 1
    ? { ...message, keys: message.keys.slice(0, 1) }
    : message

/** What a relay does to its children from one moment on, and what it is to be called. */
const CHEATS: readonly { name: string; behaviour: () => Behaviour; reason: string | undefined }[] = [
  {
    name: 'forges one frame of twenty',
    behaviour: () => ({
      frame: (frame, hops) => [{ frame: frame.seq % 20 === 0 ? testFrame(frame.seq, hops, 0) : frame, hops }],
    }),
    reason: 'forged',
  },
  {
    name: 'sends forged copies of what it has sent',
    behaviour: () => ({
      frame: (frame, hops) => [
        { frame, hops },
        { frame: testFrame(frame.seq, hops, 0), hops },
      ],
    }),
    reason: 'forged',
  },
  {
    name: 'tells of frames and sends none',
    behaviour: () => ({ frame: () => [] }),
    reason: 'withheld',
  },
  {
    name: 'behaves as if the source were silent',
    behaviour: () => {
      let frozen: number | undefined
      return { frame: () => [], beat: (headSeq) => (frozen ??= headSeq) }
    },
    reason: 'withheld',
  },
  {
    name: 'sends each frame twenty times',
    behaviour: () => ({ frame: (frame, hops) => Array.from({ length: 20 }, () => ({ frame, hops })) }),
    reason: 'flood',
  },
  {
    name: 'repeats the oldest frames that it has',
    behaviour: () => {
      const old = Array.from({ length: 30 }, (_, seq) => ({ frame: testFrame(seq + 1), hops: 1 }))
      return { frame: (frame, hops) => [{ frame, hops }, ...old] }
    },
    reason: 'flood',
  },
  { name: 'holds everything back for five seconds', behaviour: () => ({ delayMs: 5000 }), reason: undefined },
  { name: 'falls silent', behaviour: () => ({ frame: () => [], beat: () => undefined }), reason: undefined },
]

/** A relay that has children with a second parent. */
function relayOf(world: World): Node {
  const relay = relaysOf(world).find((each) =>
    childrenOf(world, each).some(({ peer }) => peer.client.second !== undefined),
  )
  if (relay === undefined) throw new Error('no relay has a child with a second parent')
  return relay
}

describe.each(SEEDS)('in the world of seed %i', { timeout: TIMEOUT_MS }, (seed) => {
  test.each(CHEATS)('a parent that $name is left within a second', ({ behaviour, reason }) => {
    const world = grown({ seed, count: 40 })
    const cheat = relayOf(world)
    const children = childrenOf(world, cheat).filter(({ peer }) => peer.client.second !== undefined)
    const { nowMs } = world.clock
    cheat.behaviour = behaviour()
    world.clock.runFor(1000)
    for (const child of children) {
      expect(child.primary, 'left').not.toBe(cheat.key)
      if (reason !== undefined) {
        expect(child.distrusted.filter(({ key }) => key === cheat.key)).toMatchObject([{ reason }])
        expect(child.peer.client.isDistrusted(cheat.key, nowMs + 5000), 'not asked again soon').toBe(true)
      }
    }
    world.clock.runFor(4000)
    for (const child of children) {
      expect(child.worstGapMs).toBeLessThan(1500)
      expect(child.primary, 'not taken back').not.toBe(cheat.key)
    }
    for (const node of world.listeners) expect(node.forgedHeard).toBe(0)
    expect(world.loops).toEqual([])
  })

  test('a parent that flatters itself with a shorter way is left within a second', () => {
    const world = grown({ seed, count: 80 })
    const cheat = relaysOf(world).find(
      (each) => world.depthOf(each) >= 2 && childrenOf(world, each).length > 0,
    )
    if (cheat === undefined) throw new Error('no relay is deep enough')
    const children = childrenOf(world, cheat)
    cheat.behaviour = { message: flatter }
    cheat.peer.host.placeChanged()
    world.clock.runFor(1000)
    for (const child of children) {
      expect(child.primary).not.toBe(cheat.key)
      expect(child.distrusted).toMatchObject([{ key: cheat.key, reason: 'lied-depth' }])
    }
  })

  test('forgers among the relays make nobody hear a forged frame, and nobody is lost', () => {
    const world = grown({ seed, count: 60 })
    const cheats = relaysOf(world).filter((_, at) => at % 4 === 0)
    for (const cheat of cheats) {
      cheat.behaviour = { frame: (frame, hops) => [{ frame: testFrame(frame.seq, hops, 0), hops }] }
    }
    world.clock.runFor(20_000)
    for (const node of world.listeners) {
      expect(node.forgedHeard).toBe(0)
      expect(node.worstGapMs).toBeLessThan(8000)
      // Whom it has just come to it may not have heard yet.
      const isNew = world.clock.nowMs - (node.parents.at(-1)?.atMs ?? 0) < 500
      if (node.primary !== undefined && !isNew)
        expect(cheats.map(({ key }) => key)).not.toContain(node.primary)
    }
    // An honest relay passes nothing on that it has not verified, so nobody blames it for what it was sent.
    const blamed = new Set(
      world.listeners
        .flatMap(({ distrusted }) => distrusted)
        .flatMap(({ key, reason }) => (reason === 'forged' ? [key] : [])),
    )
    expect([...blamed].filter((key) => !cheats.some((cheat) => cheat.key === key))).toEqual([])
  })

  test('relays that promise places and have none keep nobody from hearing', () => {
    const world = grown({ seed, count: 30 })
    for (const relay of relaysOf(world)) {
      relay.behaviour = {
        message: (message) =>
          message.type === 'reserve'
            ? { ...message, slots: 1000, freeSlots: 1000 }
            : message.type === 'reserved'
              ? undefined
              : message,
      }
    }
    const late = world.join(30, 500)
    world.clock.runFor(15_000)
    for (const node of late) expect(node.firstMs).toBeDefined()
  })
})

test(
  'places that are reserved and never used are free again after some seconds',
  { timeout: TIMEOUT_MS },
  () => {
    const world = grown({ seed: 1, count: 0 })
    const fillers = Array.from({ length: 8 }, () =>
      world.add({ behaviour: { message: (message) => (message.type === 'reserve' ? message : undefined) } }),
    )
    for (const filler of fillers) filler.start()
    world.clock.runFor(1000)
    const late = world.join(8)
    world.clock.runFor(12_000)
    for (const node of late) expect(node.firstMs).toBeDefined()
  },
)

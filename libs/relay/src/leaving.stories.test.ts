import { describe, expect, test } from 'vitest'
import { activeChildren, childrenOf, grown, percentile, relaysOf, resetEars } from './testing/grown.ts'
import type { Node } from './testing/node.ts'

const SEEDS = [1, 2]
/** Each story is a minute or two of virtual time for dozens of peers: seconds here, more on a busy machine. */
const TIMEOUT_MS = 180_000

/** With a word, without one, many at once, and a network that falls in two. */
describe.each(SEEDS)('who feeds others goes, in the world of seed %i', { timeout: TIMEOUT_MS }, (seed) => {
  test('a parent that is killed costs 400 ms with a warm second, and some seconds without', () => {
    const world = grown({ seed, count: 60 })
    const relay = relaysOf(world).toSorted((a, b) => activeChildren(b) - activeChildren(a))[0]
    if (relay === undefined) throw new Error('nobody relays')
    const children = childrenOf(world, relay)
    const warm = children.filter(({ peer }) => peer.client.second !== undefined)
    expect(warm.length).toBeGreaterThan(0)
    world.kill(relay)
    world.clock.runFor(10_000)
    expect(
      percentile(
        warm.map(({ worstGapMs }) => worstGapMs),
        0.5,
      ),
    ).toBeLessThan(450)
    for (const child of children) expect(child.worstGapMs).toBeLessThan(6000)
    expect(world.loops).toEqual([])
  })

  test('a parent that says goodbye costs nothing', () => {
    const world = grown({ seed, count: 60 })
    const relay = relaysOf(world)[0]
    if (relay === undefined) throw new Error('nobody relays')
    const children = childrenOf(world, relay)
    relay.peer.drain(world.clock.nowMs)
    world.clock.runFor(8000)
    expect(childrenOf(world, relay)).toEqual([])
    // Make before break: no more than the difference of two ways.
    for (const child of children) expect(child.worstGapMs).toBeLessThan(300)
  })

  test('a relay of the first hop that says goodbye has an heir, and takes no branch down', () => {
    const world = grown({ seed, count: 150, rootChildren: 4, relays: 0.35 })
    world.clock.runFor(30_000)
    const feeds = new Set(relaysOf(world))
    const branches = (node: Node): Node[] => childrenOf(world, node).filter((child) => feeds.has(child))
    const first = childrenOf(world, world.root)
    const relay = first.toSorted((a, b) => branches(b).length - branches(a).length)[0]
    if (relay === undefined) throw new Error('the station feeds nobody')
    const below = branches(relay)
    expect(below.length).toBeGreaterThan(1)
    resetEars(world)
    relay.peer.drain(world.clock.nowMs)
    world.clock.runFor(7000)
    expect(childrenOf(world, relay)).toEqual([])
    // All of them were two hops from the station, and went three and more from it before there were heirs.
    const deeper = below.reduce((sum, node) => sum + world.depthOf(node) - 2, 0)
    expect(deeper).toBeLessThan(below.length)
    for (const node of world.listeners) expect(node.worstGapMs).toBeLessThan(300)
    expect(world.loops).toEqual([])
  })

  test('a fifth of the relays killed at once leaves everybody hearing within seconds', () => {
    const world = grown({ seed, count: 100 })
    const relays = relaysOf(world)
    const killed = relays.filter((_, at) => at % 5 === 0)
    const orphans = killed
      .flatMap((relay) => childrenOf(world, relay))
      .filter((node) => !killed.includes(node))
    const dead = new Set(killed.map(({ key }) => key))
    const warm = orphans.filter(
      ({ peer }) => peer.client.second !== undefined && !dead.has(peer.client.second),
    )
    for (const relay of killed) world.kill(relay)
    world.clock.runFor(15_000)
    expect(
      percentile(
        warm.map(({ worstGapMs }) => worstGapMs),
        0.5,
      ),
    ).toBeLessThan(450)
    for (const node of world.listeners) expect(node.worstGapMs).toBeLessThan(8000)
    expect(world.loops).toEqual([])
  })

  test('a partition heals, without a loop', () => {
    const world = grown({ seed, count: 60 })
    const isNear = (node: Node): boolean => node.isRoot || Number.parseInt(node.key.slice(-1), 16) % 2 === 0
    world.cut((a, b) => isNear(a) !== isNear(b))
    world.clock.runFor(20_000)
    resetEars(world)
    world.clock.runFor(2000)
    for (const node of world.listeners.filter(isNear)) expect(node.worstGapMs).toBeLessThan(1000)
    world.heal()
    world.clock.runFor(15_000)
    resetEars(world)
    world.clock.runFor(2000)
    for (const node of world.listeners) expect(node.worstGapMs).toBeLessThan(1000)
    expect(world.listeners.filter((node) => world.depthOf(node) === Infinity)).toEqual([])
    expect(world.loops).toEqual([])
  })
})

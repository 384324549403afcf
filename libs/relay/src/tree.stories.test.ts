import { describe, expect, test } from 'vitest'
import { mostCopies } from './host/admission.ts'
import { activeChildren, grown, percentile, resetEars } from './testing/grown.ts'
import { World } from './testing/world.ts'
import { fullTreeDepth } from './tree/policy.ts'

const SEEDS = [1, 2]
/** Each story is a minute or two of virtual time for dozens of peers: seconds here, more on a busy machine. */
const TIMEOUT_MS = 180_000

describe.each(SEEDS)('in the world of seed %i', { timeout: TIMEOUT_MS }, (seed) => {
  test('200 who join within a second all hear, in a wide and shallow tree', () => {
    const world = new World({ seed })
    world.clock.runFor(1000)
    const listeners = world.join(200, 1000)
    world.clock.runFor(12_000)
    const first = listeners.map(({ firstMs = Infinity, startedMs }) => firstMs - startedMs)
    expect(Math.max(...first)).toBeLessThan(10_000)
    expect(percentile(first, 0.95)).toBeLessThan(3000)
    // Who takes over from a parent that failed may overdraw the eight for some seconds.
    expect(activeChildren(world.root)).toBeLessThanOrEqual(mostCopies(8))
    const depths = listeners.map((node) => world.depthOf(node))
    expect(Math.max(...depths)).toBeLessThanOrEqual(2 * fullTreeDepth(200, 4) + 1)
    expect(listeners.filter(({ peer }) => peer.client.second !== undefined).length).toBeGreaterThan(180)
    expect(world.loops).toEqual([])
    expect(listeners.flatMap(({ distrusted }) => distrusted)).toEqual([])
    world.clock.runFor(15_000)
    expect(activeChildren(world.root)).toBeLessThanOrEqual(8)
  })

  test('once settled, nobody moves without a reason', () => {
    const world = grown({ seed, count: 100 })
    world.clock.runFor(30_000)
    // A late climb is a reason; changing places for ever is not.
    expect(world.listeners.flatMap(({ parents }) => parents).length).toBeLessThanOrEqual(10)
    expect(
      percentile(
        world.listeners.map(({ worstGapMs }) => worstGapMs),
        1,
      ),
    ).toBeLessThan(400)
  })

  test('a source that stalls, 700 ms or 10 s, moves nobody', () => {
    const world = grown({ seed, count: 100 })
    for (const stallMs of [700, 10_000]) {
      resetEars(world)
      world.stalled = true
      world.clock.runFor(stallMs)
      world.stalled = false
      world.clock.runFor(1000)
      const moves = world.listeners.flatMap(({ parents }) => parents).map(({ cause }) => cause)
      expect(moves.filter((cause) => cause !== 'better' && cause !== 'withdrawn')).toEqual([])
      expect(world.listeners.flatMap(({ distrusted }) => distrusted)).toEqual([])
    }
  })

  test('5 % of lost datagrams move nobody', () => {
    const world = grown({ seed, count: 40, loss: 0.05 })
    world.clock.runFor(10_000)
    const moves = world.listeners.flatMap(({ parents }) => parents).map(({ cause }) => cause)
    expect(moves.filter((cause) => cause !== 'better' && cause !== 'withdrawn')).toEqual([])
    expect(world.listeners.flatMap(({ distrusted }) => distrusted)).toEqual([])
  })
})

test('the same seed gives the same story, another seed another one', { timeout: TIMEOUT_MS }, () => {
  const story = (seed: number): string => {
    const world = grown({ seed, count: 30 })
    return JSON.stringify(world.listeners.map(({ heard, parents, primary }) => [heard, parents, primary]))
  }
  expect(story(7)).toBe(story(7))
  expect(story(7)).not.toBe(story(8))
})

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { forkRandom } from '../random.ts'
import { census } from './census.ts'
import { drawPerson } from './population.ts'
import { playStory } from './story.ts'
import type { VirtualPeer } from './virtual-peer.ts'
import { World, type WorldOptions } from './world.ts'

const TIMEOUT_MS = 120_000

/** A station with some listeners who came within five seconds, ten seconds later. */
function grown(seed: number, listeners: number, media: NonNullable<WorldOptions['media']>): World {
  const world = new World({
    seed,
    media,
    broadcaster: { nat: 'port-restricted', region: 0, accessMs: 5, slots: 4 },
  })
  const [people, times] = [forkRandom(world.random), forkRandom(world.random)]
  for (let i = 0; i < listeners; i++) {
    const person = drawPerson(people, { relays: 0.5, slots: { least: 2, most: 5 } })
    world.agenda.at(1000 + times() * 5000, () => world.join(person))
  }
  world.agenda.runFor(20_000)
  world.catchUp()
  return world
}

function parentsOf(world: World): (number | undefined)[] {
  return world.listeners.map(({ primary }) => primary?.host.id)
}

function longestMs({ ears }: VirtualPeer): number {
  return Math.max(0, ...ears.silencesMs)
}

describe.each([1, 2, 3])('media as intervals in the world of seed %i', { timeout: TIMEOUT_MS }, (seed) => {
  test('give the tree, the first sounds and the silences that frames give', () => {
    const [intervals, frames] = [grown(seed, 40, 'intervals'), grown(seed, 40, 'frames')]
    const parents = parentsOf(frames)
    const same = parentsOf(intervals).filter((parent, i) => parent === parents[i]).length
    // With intervals a calm peer looks when there is something to see, not ten times a second: what it tells its parent of
    // room can be up to 100 ms later than frame by frame, turn a choice between two that are all but equal, and with it
    // those of who asks next. The trees are as deep.
    expect(same).toBeGreaterThanOrEqual(28)
    const depths = [intervals, frames].map((world) => census(world).depth)
    expect(Math.abs((depths[0]?.p50 ?? 0) - (depths[1]?.p50 ?? 0))).toBeLessThanOrEqual(1)
    expect(Math.abs((depths[0]?.max ?? 0) - (depths[1]?.max ?? 0))).toBeLessThanOrEqual(1)
    const soon = intervals.listeners.filter(({ ears }, i) => {
      return Math.abs((ears.firstMs ?? 0) - (frames.listeners[i]?.ears.firstMs ?? 0)) < 100
    })
    expect(soon.length).toBeGreaterThanOrEqual(35)

    // The listener that serves the most, where both worlds have the same children under it.
    const hit = frames.listeners.toSorted((a, b) => b.below.size - a.below.size)[0]?.id ?? 0
    const gaps = [intervals, frames].map((world) => {
      const victim = world.peers[hit]
      if (victim === undefined) throw new Error('nobody listens')
      const orphans = world.listeners.filter(({ primary }) => primary?.host === victim)
      for (const peer of world.peers) peer.ears.silencesMs.length = 0
      world.vanish(victim)
      world.agenda.runFor(10_000)
      world.catchUp()
      return new Map(orphans.map((peer) => [peer.id, longestMs(peer)]))
    })
    const [ours, theirs] = gaps
    expect(ours?.size).toBeGreaterThan(0)
    const both = [...(ours ?? [])].filter(([id]) => theirs?.has(id) === true)
    // Beats come each 100 ms: where in between a parent died decides how much later it is missed. And who has another
    // second parent in the other world has another gap.
    const close = both.filter(([id, ms]) => Math.abs(ms - (theirs?.get(id) ?? 0)) <= 150)
    expect(close.length).toBeGreaterThanOrEqual(Math.floor(both.length * 0.5))
  })
})

test(
  'the same seed gives the same events in two processes, another seed others',
  { timeout: TIMEOUT_MS },
  () => {
    const play = (seed: number): string => {
      const script = `
      const { playStory } = await import(${JSON.stringify(new URL('story.ts', import.meta.url).href)})
      const { events, hash } = playStory({ seed: ${seed}, listeners: 30, churnMinutes: 1 })
      console.log(events, hash)`
      const args = ['--input-type=module', '--eval', script]
      return execFileSync(process.execPath, args, {
        encoding: 'utf8',
        cwd: fileURLToPath(new URL('.', import.meta.url)),
      })
    }
    const [first, again, other] = [play(7), play(7), play(8)]
    expect(first).toMatch(/^\d{4,} [0-9a-f]{16}\n$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  },
)

test('150 listeners hear through arrivals, churn, stalls and a partition', { timeout: TIMEOUT_MS }, () => {
  const { arrival, churn, curve, partition } = playStory({ seed: 4, listeners: 150, churnMinutes: 1 })
  expect(arrival.unserved).toBeLessThanOrEqual(6)
  expect(arrival.joinMs.p50).toBeLessThan(3000)
  expect(churn.continuity).toBeGreaterThan(0.998)
  // Eight, and for ten seconds what a warm second that starts may overdraw.
  expect(churn.copiesMax).toBeLessThanOrEqual(12)
  expect(churn.depthMax).toBeLessThanOrEqual(10)
  expect(partition.othersHearing).toBeGreaterThan(0.97)
  expect(partition.healedAfterS).toBeLessThan(40)
  expect(curve.length).toBeGreaterThan(20)
})

test('a source that stalls moves nobody who does not climb', { timeout: TIMEOUT_MS }, () => {
  const world = grown(5, 100, 'intervals')
  world.agenda.runFor(100_000)
  const moves = (): { forced: number; all: number } => {
    world.catchUp()
    const sum = (of: (peer: VirtualPeer) => number): number =>
      world.listeners.reduce((total, peer) => total + of(peer), 0)
    return { forced: sum(({ forced }) => forced), all: sum(({ reparents }) => reparents) }
  }
  const during = (pass: () => void): { forced: number; all: number } => {
    const before = moves()
    pass()
    world.agenda.runFor(2000)
    const after = moves()
    return { forced: after.forced - before.forced, all: after.all - before.all }
  }
  const stall = (ms: number): void => {
    world.stall()
    world.agenda.runFor(ms)
    world.resume()
  }
  const calm = during(() => world.agenda.runFor(10_000))
  // Some are still on their way to a higher place, with or without a stall.
  expect(calm.forced).toBe(0)
  const short = during(() => stall(700))
  expect(short.forced).toBe(0)
  expect(short.all).toBeLessThanOrEqual(3)
  const long = during(() => stall(10_000))
  // Who was asked to go before it has nothing that is nearer to go to, and is dropped when its time is over.
  expect(long.forced).toBeLessThanOrEqual(2)
  expect(long.all).toBeLessThanOrEqual(calm.all + 3)
  expect(census(world).hearing).toBe(1)
})

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { census } from './census.ts'
import { playStory } from './story.ts'
import { grown } from './testing/grown.ts'
import type { VirtualPeer } from './virtual-peer.ts'

const TIMEOUT_MS = 120_000

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

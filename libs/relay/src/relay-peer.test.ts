import { describe, expect, test } from 'vitest'
import { grown, resetEars } from './testing/grown.ts'
import type { World } from './testing/world.ts'

/** The station restarts: its frames count from 1 again, under another key, which peers learn at their own pace. */
function restart(world: World, learnWithinMs: number): void {
  world.seq = 0
  world.run++
  world.root.beginRun(world.run)
  for (const node of world.listeners) {
    world.clock.after(world.random() * learnWithinMs, () => node.beginRun(world.run))
  }
}

describe('a new run of the station', () => {
  test.each([1, 2])(
    'moves nobody and accuses nobody, in whatever order peers learn of it (seed %i)',
    (seed) => {
      const world = grown({ seed, count: 40 })
      restart(world, 250)
      world.clock.runFor(8000)
      expect(world.listeners.flatMap(({ distrusted }) => distrusted)).toEqual([])
      const causes = world.listeners.flatMap(({ parents }) => parents).map(({ cause }) => cause)
      expect(causes.filter((cause) => cause !== 'better' && cause !== 'withdrawn')).toEqual([])
      resetEars(world)
      world.clock.runFor(1000)
      for (const node of world.listeners) expect(node.worstGapMs).toBeLessThan(300)
      expect(world.loops).toEqual([])
    },
    60_000,
  )

  test('leaves those who never learn of it without sound, and without harm to others', () => {
    const world = grown({ seed: 3, count: 20 })
    const ignorant = world.listeners.filter(({ peer }) => [...peer.host.children].length === 0).slice(0, 3)
    restart(world, 100)
    for (const node of ignorant) node.deafToRuns = true
    world.clock.runFor(8000)
    resetEars(world)
    world.clock.runFor(1000)
    const others = world.listeners.filter((node) => !ignorant.includes(node))
    for (const node of others) expect(node.worstGapMs).toBeLessThan(300)
  }, 60_000)
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { resetEars } from './testing/grown.ts'
import type { Node } from './testing/node.ts'
import { World } from './testing/world.ts'

const happening = fc.record({
  kind: fc.constantFrom(
    'join' as const,
    'kill' as const,
    'leave' as const,
    'cut' as const,
    'heal' as const,
    'stall' as const,
    'flow' as const,
  ),
  who: fc.nat(),
  waitMs: fc.nat(3000),
})

test(
  'whatever befalls a tree, it has no loop, and everybody hears once it is left in peace',
  { timeout: 240_000 },
  () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(happening, { maxLength: 25 }), (seed, story) => {
        const world = new World({ seed, rootChildren: 3, relayChildren: 3, relays: 0.8 })
        world.clock.runFor(500)
        world.join(12, 500)
        world.clock.runFor(3000)
        for (const { kind, waitMs, who } of story) {
          const node: Node | undefined = world.listeners[who % Math.max(1, world.listeners.length)]
          if (kind === 'join') world.join(1 + (who % 5))
          if (kind === 'kill' && node !== undefined) world.kill(node)
          if (kind === 'leave') node?.peer.drain(world.clock.nowMs)
          if (kind === 'cut') world.cut((a, b) => (a.prefix.length + who) % 2 !== (b.prefix.length + who) % 2)
          if (kind === 'heal') world.heal()
          if (kind === 'stall' || kind === 'flow') world.stalled = kind === 'stall'
          world.clock.runFor(waitMs)
        }
        world.heal()
        world.stalled = false
        world.clock.runFor(40_000)
        resetEars(world)
        world.clock.runFor(3000)
        expect(world.loops).toEqual([])
        const deaf = world.listeners.filter(({ worstGapMs }) => worstGapMs > 2000)
        expect(deaf.map(({ key, peer }) => [key, peer.client.state])).toEqual([])
        expect(world.listeners.filter((node) => world.depthOf(node) > 16)).toEqual([])
      }),
      { numRuns: 10 },
    )
  },
)

import { stays } from '../host/admission.ts'
import type { Node } from './node.ts'
import { World, type WorldOptions } from './world.ts'

/** A station with so many listeners, joined and settled. */
export function grown(options: WorldOptions & { readonly count: number }): World {
  const world = new World(options)
  world.clock.runFor(1000)
  world.join(options.count, 500)
  world.clock.runFor(25_000)
  resetEars(world)
  return world
}

export function resetEars(world: World): void {
  for (const node of world.listeners) node.resetEars()
}

/** Peers that carry audio to somebody. */
export function relaysOf(world: World): Node[] {
  return world.listeners.filter(({ peer }) => [...peer.host.children].some(({ standby }) => !standby))
}

export function childrenOf(world: World, node: Node): Node[] {
  return world.listeners.filter(({ primary }) => primary === node.key)
}

/** How many it sends audio to; who is asked to go, or about to be, is not counted. */
export function activeChildren({ peer }: Node): number {
  return [...peer.host.children].filter((place) => !place.standby && stays(place)).length
}

/** The value below which the share `p` of them lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN
}

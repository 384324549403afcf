import type { VirtualPeer } from './virtual-peer.ts'

/** Europe, North America, Asia, South America: one-way delays between their exchanges, ms. */
const BETWEEN: readonly (readonly number[])[] = [
  [8, 45, 90, 100],
  [45, 15, 80, 60],
  [90, 80, 25, 140],
  [100, 60, 140, 15],
]

/** One way, whole ms: both access lines and what lies between them. */
export function delayBetween(a: VirtualPeer, b: VirtualPeer): number {
  return a.person.accessMs + b.person.accessMs + (BETWEEN[a.person.region]?.[b.person.region] ?? 0)
}

import type { NatType } from '../nat/types.ts'
import type { Random } from '../random.ts'
import type { Person } from './virtual-peer.ts'

/**
 * Behind what listeners sit, as an assumption: between what studies of peer-to-peer networks found since 2010, a tenth
 * changes its ports for each destination, a fifth is behind a carrier's NAT as well.
 */
const NATS: readonly (readonly [NatType, number])[] = [
  ['public', 0.08],
  ['full-cone', 0.1],
  ['address-restricted', 0.08],
  ['port-restricted', 0.44],
  ['cgnat', 0.2],
  ['symmetric-sequential', 0.02],
  ['symmetric-random', 0.08],
]
/** Where they live: of the regions of `delayBetween`. */
const REGIONS: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [1, 0.3],
  [2, 0.12],
  [3, 0.08],
]
const ACCESS_MS = { least: 2, most: 20 }

export interface Mix {
  /** Of the listeners may relay, 0..1; none of those whose ports change. */
  readonly relays: number
  readonly slots: { readonly least: number; readonly most: number }
}

/** 10 to 30 % of the peers can relay, to two to eight children. */
export const MIX: Mix = { relays: 0.3, slots: { least: 2, most: 8 } }

/** Somebody at random. */
export function drawPerson(random: Random, { relays, slots }: Mix = MIX): Person {
  const nat = pick(NATS, random)
  const canServe = !nat.startsWith('symmetric')
  const serves = random() < relays / reachableShare()
  return {
    nat,
    region: pick(REGIONS, random),
    accessMs: between(ACCESS_MS, random),
    slots: canServe && serves ? between(slots, random) : 0,
  }
}

function reachableShare(): number {
  return NATS.filter(([nat]) => !nat.startsWith('symmetric')).reduce((sum, [, share]) => sum + share, 0)
}

function between({ least, most }: { readonly least: number; readonly most: number }, random: Random): number {
  return least + Math.floor(random() * (most - least + 1))
}

function pick<T>(shares: readonly (readonly [T, number])[], random: Random): T {
  let left = random()
  for (const [value, share] of shares) {
    left -= share
    if (left < 0) return value
  }
  const last = shares.at(-1)
  if (last === undefined) throw new Error('nothing to choose from')
  return last[0]
}

import { LIMITS } from '@pearcast/protocol'
import type { Candidate } from './candidates.ts'
import type { PickRole } from './types.ts'

/** One relay adds about this: its queue, its machine's scheduler, and one more that may fail. */
const HOP_MS = 25
export const UNKNOWN_RTT_MS = 80
export const UNKNOWN_DEPTH = 4
/** Ten lost frames of a hundred weigh as much as 400 ms. */
const LOSS_MS = 4000
const FAILURE_MS = 150
const FULL_MS = 300
/** On the topic stands who has room; who is named for want of anybody better may well be full. */
const UNKNOWN_SLOTS_MS = 120
const ANNOUNCED_MS = 20
/** A second parent behind the same relay, or on the same network, fails together with the first. */
const SHARED_RELAY_MS = 150
const SAME_NETWORK_MS = 60
/** A second at our depth or below can take over only with a newer frame, which a silent source does not send. */
const NO_HIGHER_MS = 100
/** Spreads an audience that was given the same list over all of it. */
const SPREAD_MS = 30

const NOBODY: readonly string[] = []
/** Where many have room and say so, the station has none: one in so many asks it all the same, and takes its chance. */
const CROWD = 8
const ASKS_STATION = 1 / 16

export interface Standpoint {
  readonly self: string
  readonly depth: number
  /** Children that we could serve. */
  readonly slots: number
  /** Peers that stand on the topic. */
  readonly announced: number
  /** What the primary parent is, if there is one. */
  readonly primary?: Pick<Candidate, 'ancestors' | 'key' | 'prefix'> | undefined
}

/** What a place at this peer costs somebody who has it: whether it has room for others is nothing to him. */
export function placeCost({ depth, failures, loss, rttMs }: Candidate): number {
  return (
    (depth ?? UNKNOWN_DEPTH) * HOP_MS + (rttMs ?? UNKNOWN_RTT_MS) / 2 + loss * LOSS_MS + failures * FAILURE_MS
  )
}

/** What it would cost to have this parent, in milliseconds of delay or what weighs as much. Lower is better. */
export function parentCost(candidate: Candidate): number {
  const { freeSlots } = candidate
  const roomMs = freeSlots === undefined ? unknownRoomMs(candidate) : freeSlots > 0 ? 0 : FULL_MS
  return placeCost(candidate) + roomMs
}

function unknownRoomMs({ source }: Candidate): number {
  return source === 'topic' || source === 'record' ? ANNOUNCED_MS : UNKNOWN_SLOTS_MS
}

/** Extra cost of a second parent that is likely to fail together with the primary. */
function dependence(candidate: Candidate, { depth, primary }: Standpoint): number {
  if (primary === undefined) return 0
  const shared = sharedRelays(candidate, primary)
  return (
    shared * SHARED_RELAY_MS +
    (candidate.prefix !== undefined && candidate.prefix === primary.prefix ? SAME_NETWORK_MS : 0) +
    ((candidate.depth ?? UNKNOWN_DEPTH) >= depth ? NO_HIGHER_MS : 0)
  )
}

/** Relays that are on both ways; the broadcaster is on every one. */
function sharedRelays(
  { ancestors = NOBODY, key }: Candidate,
  primary: Pick<Candidate, 'ancestors' | 'key'>,
): number {
  if (key === primary.key || ancestors.includes(primary.key)) return 3
  const others = primary.ancestors ?? NOBODY
  let shared = ancestors.length > 0 && others.includes(key) ? 1 : 0
  for (let at = 1; at < ancestors.length; at++) if (others.includes(ancestors[at] ?? '')) shared++
  return shared
}

/**
 * The best of those who may be asked now, or undefined. Who is too deep, or has us on its way, is never asked; between
 * equals each peer has its own order (rendezvous hashing), so that a crowd does not knock at one door.
 */
export function bestParent(
  candidates: readonly Candidate[],
  from: Standpoint,
  role: PickRole,
  mayAsk: (candidate: Candidate) => boolean,
): Candidate | undefined {
  let best: Candidate | undefined
  let bestCost = Infinity
  for (const candidate of candidates) {
    const ownCost = parentCost(candidate)
    // The rest only adds to it: most need no closer look.
    if (ownCost >= bestCost) continue
    const { ancestors, depth, key } = candidate
    if ((depth ?? 0) >= LIMITS.maxHops || key === from.self) continue
    candidate.order ??= spread(from.self, key)
    const isBusy = depth === 0 && from.announced >= CROWD && candidate.order >= ASKS_STATION
    const cost =
      (role === 'second' ? ownCost + dependence(candidate, from) : ownCost) +
      SPREAD_MS * candidate.order +
      (isBusy && role !== 'better' ? FULL_MS : 0)
    if (cost >= bestCost) continue
    // Asked last: it looks into lists.
    if (!mayAsk(candidate) || ancestors?.includes(from.self) === true) continue
    best = candidate
    bestCost = cost
  }
  return best
}

/** A number in [0, 1) of two keys: FNV-1a over the first 16 digits of each, mixed once more. */
function spread(a: string, b: string): number {
  let hash = 0x811c9dc5
  for (const key of [a, b]) {
    for (let i = 0; i < 16 && i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000
}

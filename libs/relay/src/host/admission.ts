import { standing } from '../tree/policy.ts'

export interface HostLimits {
  /** Children that receive audio, see `fanOut`. */
  readonly maxChildren: number
  /** Warm seconds: they cost a heartbeat until somebody else fails. */
  readonly maxStandby: number
  /** Children of one network, /24 or /48. */
  readonly maxPerPrefix: number
  /** What a child may receive, bytes a second; the same for each. */
  readonly bytesPerS: number
  /** A place lapses unless it is reserved again. */
  readonly lifetimeMs: number
}

/** One place that is taken. */
export interface Place {
  readonly key: string
  readonly prefix: string | undefined
  readonly standby: boolean
  /** Children that this one could serve. */
  readonly slots: number
  readonly freeSlots: number
  readonly sinceMs: number
  /** It was asked to go, and has some seconds for it. */
  readonly movingMs: number | undefined
}

export interface Request {
  readonly key: string
  /** Under which others can dial it, hex. */
  readonly at?: string | undefined
  readonly prefix: string | undefined
  readonly standby: boolean
  readonly slots: number
  readonly freeSlots: number
}

export type Verdict =
  { admit: true; displace?: string } | { admit: false; why: 'full' | 'network'; retryAfterMs: number }

/** Of the children's places so many are kept for those who can relay onward, while others can serve the leaves. */
const KEPT_FOR_RELAYS = 0.25
/** A newcomer displaces who is worth so much of what it is worth itself, on its first day. */
const DISPLACED_SHARE = 0.65
const FULL_RETRY_MS = 5000
const NETWORK_RETRY_MS = 30_000

/**
 * Whether somebody gets a place. Leaves are sent below as long as there is room below, and make way for whoever brings
 * more places than it takes: that keeps the tree wide at the top and its depth logarithmic.
 */
export function judge(request: Request, places: Iterable<Place>, limits: HostLimits, nowMs: number): Verdict {
  const others = [...places].filter(({ key }) => key !== request.key)
  const { prefix } = request
  const neighbours = others.filter((place) => prefix !== undefined && place.prefix === prefix)
  if (neighbours.length >= limits.maxPerPrefix) {
    return { admit: false, why: 'network', retryAfterMs: NETWORK_RETRY_MS }
  }
  const taken = others.filter(
    ({ movingMs, standby }) => standby === request.standby && movingMs === undefined,
  )
  const max = request.standby ? limits.maxStandby : limits.maxChildren
  if (taken.length < max) {
    const kept = request.standby ? 0 : Math.ceil(max * KEPT_FOR_RELAYS)
    const below = others.some(({ freeSlots, standby }) => !standby && freeSlots > 0)
    if (request.slots > 0 || !below || taken.length < max - kept) return { admit: true }
  } else if (!request.standby && request.slots >= 2) {
    const other = leastUseful(taken, nowMs)
    const worth = other === undefined ? Infinity : standingOf(other, nowMs)
    if (
      other !== undefined &&
      max > 0 &&
      worth <= DISPLACED_SHARE * standing({ ageS: 0, slots: request.slots })
    )
      return { admit: true, displace: other.key }
  }
  return { admit: false, why: 'full', retryAfterMs: FULL_RETRY_MS }
}

/** Who makes way first: of leaves the one that came last, then who serves few and has not been here for long. */
function leastUseful(places: readonly Place[], nowMs: number): Place | undefined {
  let least: Place | undefined
  let leastWorth = Infinity
  for (const place of places) {
    const worth = standingOf(place, nowMs)
    const isLess = worth < leastWorth || (worth === leastWorth && place.sinceMs >= (least?.sinceMs ?? 0))
    if (isLess) [least, leastWorth] = [place, worth]
  }
  return least
}

function standingOf({ sinceMs, slots }: Place, nowMs: number): number {
  return standing({ ageS: (nowMs - sinceMs) / 1000, slots })
}

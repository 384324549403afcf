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
  /** It is asked to go when this one, who came for its place, has stayed. */
  readonly yieldsTo: string | undefined
  /** It stops serving others, and its place is for this one, under which it can be dialled. */
  readonly heir: string | undefined
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

/** A newcomer displaces who is worth so much of what it is worth itself, on its first day. */
const DISPLACED_SHARE = 0.65
/** What a budget leaves free, see `fanOut`. */
const OVERDRAFT = 0.4
const FULL_RETRY_MS = 5000
const NETWORK_RETRY_MS = 30_000

/**
 * Whether somebody gets a place. No place is kept: what is told of as free is free for whoever comes. Leaves make way for
 * whoever brings more places than it takes: that keeps the tree wide at the top and its depth logarithmic.
 */
export function judge(request: Request, places: Iterable<Place>, limits: HostLimits, nowMs: number): Verdict {
  const taken: Place[] = []
  let neighbours = 0
  let sending = 0
  for (const place of places) {
    if (place.key === request.key) continue
    if (request.prefix !== undefined && place.prefix === request.prefix) neighbours++
    if (!place.standby) sending++
    if (place.standby === request.standby && stays(place)) taken.push(place)
  }
  if (neighbours >= limits.maxPerPrefix) {
    return { admit: false, why: 'network', retryAfterMs: NETWORK_RETRY_MS }
  }
  const max = request.standby ? limits.maxStandby : limits.maxChildren
  if (taken.length < max) return { admit: true }
  if (!request.standby && request.slots >= 2 && sending < mostCopies(max)) {
    const left = taken.find(({ heir }) => heir !== undefined && heir === request.at)
    if (left !== undefined) return { admit: true, displace: left.key }
    const other = leastUseful(taken, request.slots, nowMs)
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

/** It has neither been asked to go nor is it about to be. */
export function stays({ movingMs, yieldsTo }: Pick<Place, 'movingMs' | 'yieldsTo'>): boolean {
  return movingMs === undefined && yieldsTo === undefined
}

/** Copies for which the budget leaves room: a warm second that starts, and who was asked to go and has not gone. */
export function mostCopies(maxChildren: number): number {
  return maxChildren < 1 ? 0 : Math.max(maxChildren + 1, Math.floor(maxChildren * (1 + OVERDRAFT)))
}

/** Who makes way first: of leaves the one that came last, then who serves few and has not been here for long. */
function leastUseful(places: readonly Place[], slots: number, nowMs: number): Place | undefined {
  let least: Place | undefined
  let leastWorth = Infinity
  for (const place of places) {
    if (place.heir !== undefined) continue
    // With it a whole branch goes down: only for one that is twice as wide.
    if (place.slots - place.freeSlots > 1 && 2 * place.slots > slots) continue
    const worth = standingOf(place, nowMs)
    const isLess = worth < leastWorth || (worth === leastWorth && place.sinceMs >= (least?.sinceMs ?? 0))
    if (isLess) [least, leastWorth] = [place, worth]
  }
  return least
}

function standingOf({ sinceMs, slots }: Place, nowMs: number): number {
  return standing({ ageS: (nowMs - sinceMs) / 1000, slots })
}

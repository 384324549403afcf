import { fromHex, LIMITS, type ParentHint } from '@pearcast/protocol'
import type { Candidate } from './candidates.ts'
import { UNKNOWN_DEPTH } from './rank.ts'

/** News of free places is old after that. */
const FRESH_MS = 20_000

/** Somebody who carries the station, and how he is named to others. */
export interface Carrier {
  readonly key: string
  readonly hint: ParentHint
}

/**
 * Of those who may be named: who said lately that it has room comes before all others, then who is nearer to the source.
 * Who is known to be full, or could not be reached, is not named.
 */
export function nearestCarriers(
  candidates: readonly Candidate[],
  count: number,
  mayName: (key: string) => boolean,
  nowMs: number,
): Carrier[] {
  const nearest: Candidate[] = []
  const costs: number[] = []
  for (const candidate of candidates) {
    const { depth = LIMITS.maxHops, failures, freeSlots, saidMs } = candidate
    if (failures > 0 || freeSlots === 0) continue
    const hasRoom = freeSlots !== undefined && isFresh(saidMs, nowMs)
    const cost = depth + (hasRoom ? 0 : LIMITS.maxHops + 1)
    if (nearest.length >= count && cost >= (costs[count - 1] ?? 0)) continue
    // Asked last: it looks into lists.
    if (!mayName(candidate.key)) continue
    let at = Math.min(nearest.length, count - 1)
    for (; at > 0 && (costs[at - 1] ?? 0) > cost; at--) {
      nearest[at] = nearest[at - 1] ?? candidate
      costs[at] = costs[at - 1] ?? cost
    }
    nearest[at] = candidate
    costs[at] = cost
  }
  return nearest.map((each) => ({ key: each.key, hint: hintOf(each, nowMs) }))
}

/** Of what is not known, what whoever hears of it would guess as well; 0 free slots: nobody knows. Kept, as it is asked for often. */
function hintOf(candidate: Candidate, nowMs: number): ParentHint {
  const { hint: kept, saidMs } = candidate
  const depth = candidate.depth ?? UNKNOWN_DEPTH
  const freeSlots = isFresh(saidMs, nowMs) ? (candidate.freeSlots ?? 0) : 0
  const rttMs = Math.min(Math.round(candidate.rttMs ?? 0), LIMITS.maxHintedRttMs)
  if (kept?.depth === depth && kept.freeSlots === freeSlots && kept.rttMs === rttMs) return kept
  const hint = { key: kept?.key ?? fromHex(candidate.key), depth, freeSlots, rttMs }
  candidate.hint = hint
  return hint
}

function isFresh(saidMs: number | undefined, nowMs: number): boolean {
  return saidMs !== undefined && nowMs - saidMs < FRESH_MS
}

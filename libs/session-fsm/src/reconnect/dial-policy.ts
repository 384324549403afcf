/** Where a key was learnt. Records are signed by the station, a topic can be squatted. */
export type CandidateSource = 'record' | 'topic' | 'hint'

/** A peer that may be the station: one entry a key, however many sources name it. */
export interface Candidate {
  readonly key: string
  readonly source: CandidateSource
  /** The latest link was to this key. */
  readonly proven: boolean
  /** Failed attempts since the search began. */
  readonly failures: number
  /** The key is not dialled before this tick of the stagger timer. */
  readonly notBeforeTick: number
}

/** A dial that has neither been proven nor failed. */
interface Attempt {
  readonly attempt: number
  readonly key: string
}

export interface DialPool {
  readonly candidates: readonly Candidate[]
  readonly inFlight: readonly Attempt[]
  readonly tick: number
}

export interface DialLimits {
  readonly maxInFlight: number
  readonly staggerMs: number
  readonly coolDownMs: number
  readonly backoffMaxMs: number
}

export interface DialChoice {
  readonly key: string
  /** An attempt that has to make room. */
  readonly abandon?: number
}

/** A topic names at most 20 peers a DHT node; more keys than this are somebody's flood. */
const MAX_CANDIDATES = 64

const SOURCE_RANK: Readonly<Record<CandidateSource, number>> = { record: 0, hint: 1, topic: 2 }

/**
 * Which key to dial next, or nothing.
 *
 * The key with the fewest failed and running attempts comes first; then the proven one, record before hint before
 * topic. So a key that is being dialled is dialled once more when nothing better is known, because the route of the
 * earlier attempt may be stale. A key that was never tried may take the slot of such a repeat.
 */
export function chooseDial(pool: DialPool, limits: DialLimits): DialChoice | undefined {
  const ready = pool.candidates.filter((candidate) => candidate.notBeforeTick <= pool.tick)
  const attempts = (candidate: Candidate): number => inFlightOf(pool, candidate.key).length
  const tries = (candidate: Candidate): number => attempts(candidate) + candidate.failures
  const best = ready.toSorted((a, b) => tries(a) - tries(b) || rank(a) - rank(b))[0]
  if (best === undefined) return undefined
  if (pool.inFlight.length < limits.maxInFlight) return { key: best.key }
  if (tries(best) > 0) return undefined
  const repeat = oldestRepeat(pool)
  return repeat === undefined ? undefined : { key: best.key, abandon: repeat.attempt }
}

/** Like {@link chooseDial}, but only a key that was never tried: what may be dialled without waiting for a tick. */
export function chooseUntried(pool: DialPool, limits: DialLimits): DialChoice | undefined {
  const untried = pool.candidates.filter(
    (candidate) => candidate.failures === 0 && inFlightOf(pool, candidate.key).length === 0,
  )
  return chooseDial({ ...pool, candidates: untried }, limits)
}

/** Adds a key, or keeps the better source of one that is known. Bounded by {@link MAX_CANDIDATES}. */
export function remember(pool: DialPool, key: string, source: CandidateSource): readonly Candidate[] {
  const known = pool.candidates.find((candidate) => candidate.key === key)
  if (known !== undefined) {
    if (SOURCE_RANK[known.source] <= SOURCE_RANK[source]) return pool.candidates
    return pool.candidates.map((candidate) => (candidate === known ? { ...candidate, source } : candidate))
  }
  const added: Candidate = { key, source, proven: false, failures: 0, notBeforeTick: 0 }
  if (pool.candidates.length < MAX_CANDIDATES) return [...pool.candidates, added]
  const victim = leastPromising(pool)
  if (victim === undefined) return pool.candidates
  return [...pool.candidates.filter((candidate) => candidate !== victim), added]
}

/** Counts a failure and lets the key rest: `coolDownMs`, doubled each time, up to `backoffMaxMs`. */
export function coolDown(pool: DialPool, key: string, limits: DialLimits): readonly Candidate[] {
  return pool.candidates.map((candidate) => {
    if (candidate.key !== key) return candidate
    const restMs = Math.min(limits.coolDownMs * 2 ** candidate.failures, limits.backoffMaxMs)
    const failures = candidate.failures + 1
    return { ...candidate, failures, notBeforeTick: pool.tick + Math.ceil(restMs / limits.staggerMs) }
  })
}

/** Every key gets a new chance: the link was lost or the network changed, so old failures say nothing. */
export function forgiveAll(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.map((candidate) => ({ ...candidate, failures: 0, notBeforeTick: 0 }))
}

/** After a link: the key that made it is the first to dial next time. */
export function markProven(candidates: readonly Candidate[], key: string): readonly Candidate[] {
  return candidates.map((candidate) => ({ ...candidate, proven: candidate.key === key }))
}

/** Nobody is being dialled and every known key has failed; with no known key that is true as well. */
export function allFailed(pool: DialPool): boolean {
  return pool.inFlight.length === 0 && pool.candidates.every((candidate) => candidate.failures > 0)
}

function rank(candidate: Candidate): number {
  return candidate.proven ? -1 : SOURCE_RANK[candidate.source]
}

function inFlightOf(pool: DialPool, key: string): readonly Attempt[] {
  return pool.inFlight.filter((attempt) => attempt.key === key)
}

/** The second attempt at the key that is dialled most often: the first may be a slow hole punch that is getting there. */
function oldestRepeat(pool: DialPool): Attempt | undefined {
  let longest: readonly Attempt[] = []
  for (const { key } of pool.candidates) {
    const attempts = inFlightOf(pool, key)
    if (attempts.length > longest.length) longest = attempts
  }
  return longest[1]
}

function leastPromising(pool: DialPool): Candidate | undefined {
  return pool.candidates
    .filter(({ key, source, proven }) => source === 'topic' && !proven && inFlightOf(pool, key).length === 0)
    .toSorted((a, b) => b.failures - a.failures)[0]
}

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
  readonly sinceTick: number
  /** The peer has answered: the route is good, and only the NATs are left to open. */
  readonly answered: boolean
  /** It opens its hole by chance, one of many ports after the other. */
  readonly lottery: boolean
  /** Begun before we knew that we can be reached: the peer was not told, and punches holes for nothing. */
  readonly outdated: boolean
  /** Begun towards addresses that the peer has left. */
  readonly stale: boolean
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
  /** When a key that is being dialled is dialled once more. */
  readonly repeatMs: number
}

export interface DialChoice {
  readonly key: string
  /** An attempt that has to make room. */
  readonly abandon?: number
}

/** A topic names at most 20 peers a DHT node; more keys than this are somebody's flood. */
const MAX_CANDIDATES = 64

/** How much longer a peer that has answered is left alone: consistent NATs open within half a second. */
const ANSWERED_MS = 2000

const SOURCE_RANK: Readonly<Record<CandidateSource, number>> = { record: 0, hint: 1, topic: 2 }

/**
 * Which key to dial next, or nothing.
 *
 * The key with the fewest failed and running attempts comes first; then the proven one, record before hint before
 * topic. A key that is being dialled is dialled once more, later, because the route of the earlier attempt may be stale. A key that was never tried may take the slot of such a repeat.
 */
export function chooseDial(pool: DialPool, limits: DialLimits): DialChoice | undefined {
  const ready = pool.candidates.filter(
    ({ key, notBeforeTick }) => notBeforeTick <= pool.tick && mayRepeat(pool, key, limits),
  )
  const attempts = (candidate: Candidate): number => currentOf(pool, candidate.key).length
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

/** The peer has announced itself anew: failures of its key were of the way that it has left. */
export function forgive(candidates: readonly Candidate[], key: string): readonly Candidate[] {
  return candidates.map((each) => (each.key === key ? { ...each, failures: 0, notBeforeTick: 0 } : each))
}

/** The same for its dials under way. */
export function markStale(inFlight: readonly Attempt[], key: string): readonly Attempt[] {
  return inFlight.map((each) => (each.key === key && !each.answered ? { ...each, stale: true } : each))
}

/** After a link: the key that made it is the first to dial next time. */
export function markProven(candidates: readonly Candidate[], key: string): readonly Candidate[] {
  return candidates.map((candidate) => ({ ...candidate, proven: candidate.key === key }))
}

/** The peer has answered. `lottery`: how its hole will open is chance. */
export function markAnswered(pool: DialPool, attempt: number, lottery: boolean): readonly Attempt[] {
  return pool.inFlight.map((each) => (each.attempt === attempt ? { ...each, answered: true, lottery } : each))
}

/** We can be reached directly, and know it only now. */
export function outdate(inFlight: readonly Attempt[]): readonly Attempt[] {
  return inFlight.map((each) => ({ ...each, outdated: true }))
}

/** Whether another dial of its key, by somebody who can be reached, would do better at once. */
function isHopeless({ lottery, outdated }: Attempt): boolean {
  return lottery && outdated
}

/** Nobody is being dialled and every known key has failed; with no known key that is true as well. */
export function allFailed(pool: DialPool): boolean {
  return pool.inFlight.length === 0 && pool.candidates.every((candidate) => candidate.failures > 0)
}

/**
 * Whether another dial of a key may begin beside those under way.
 *
 * It helps where the route of the first is stale, and adds load where the peer is merely slow, which makes it slower: of
 * 300 listeners who came at once and dialled again after 300 or 600 ms, anything from none to all were in after 20 s. So
 * the first repeat is late, and each waits twice as long as the one before.
 */
function mayRepeat(pool: DialPool, key: string, limits: DialLimits): boolean {
  const running = currentOf(pool, key)
  if (running.length === 0) return true
  const latestTick = Math.max(...running.map(({ sinceTick }) => sinceTick))
  const patienceMs = running.some(({ answered }) => answered) ? ANSWERED_MS : 0
  const restMs = limits.repeatMs * 2 ** (running.length - 1) + patienceMs
  return pool.tick >= latestTick + Math.ceil(restMs / limits.staggerMs)
}

function currentOf(pool: DialPool, key: string): readonly Attempt[] {
  return inFlightOf(pool, key).filter((attempt) => !attempt.stale && !isHopeless(attempt))
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

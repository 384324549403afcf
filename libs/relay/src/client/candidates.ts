import type { ParentHint, RefusalReason } from '@pearcast/protocol'

/** Who named a peer. The record is signed by the station; a topic can be filled by anybody. */
export type CandidateSource = 'record' | 'referral' | 'ancestor' | 'sibling' | 'topic'

/** What is said of a peer that may carry the station. What nobody said is undefined. */
export interface CandidateNews {
  readonly key: string
  readonly source: CandidateSource
  /** Hops from the broadcaster, who is 0. */
  readonly depth?: number | undefined
  readonly freeSlots?: number | undefined
  readonly rttMs?: number | undefined
  /** The network it is counted under, see `addressPrefix`. */
  readonly prefix?: string | undefined
}

/**
 * A peer that may become a parent: one entry a key, however many name it. Every choice looks at all of them: what it looks
 * at first comes first.
 */
export interface Candidate {
  depth: number | undefined
  freeSlots: number | undefined
  failures: number
  /** When it told of its free slots itself: hearsay is not passed on. */
  saidMs: number | undefined
  rttMs: number | undefined
  /** Of the frames it should have sent us when it was left for what it did not send, 0..1. */
  loss: number
  source: CandidateSource
  readonly key: string
  /** First heard of on the topic, whoever has named it since. */
  readonly isAnnounced: boolean
  /** Where it comes in the order of the one who chooses, see `spread`. */
  order: number | undefined
  /** Keys on its way from the broadcaster, once it has told us. */
  ancestors: readonly string[] | undefined
  prefix: string | undefined
  /** Times that it named free slots and had none. */
  emptyClaims: number
  /** Times in a row that it had no room. */
  refusals: number
  notBeforeMs: number
  toldMs: number
  /** What it sends came later than what the parent sends: until then it is no better place. */
  slowUntilMs: number
  /** As it was named to others at the latest. */
  hint: ParentHint | undefined
}

const SOURCE_RANK: Readonly<Record<CandidateSource, number>> = {
  record: 0,
  referral: 1,
  ancestor: 2,
  sibling: 3,
  topic: 4,
}
/** More keys than this are somebody's flood. */
const MAX_CANDIDATES = 64
/** Of whom nothing was told for so long makes room for whoever is named by as good a source. */
const STALE_MS = 20_000
/** Who is full goes before its equals, and after whoever was named by a weaker source. */
const FULL_WORTH = 0.5
const COOL_DOWN_MS = 1000
/** Not longer: what failed in a partition is what everybody has when it is over. */
const MAX_COOL_DOWN_MS = 4000
/** Ways change: who was slower may be faster by then. */
const SLOW_MS = 60_000
/** The rest after a refusal doubles so often at most. */
const MAX_REFUSALS = 3
/** So many refusals in a row for want of audio, which everybody has again at once, count as one. */
const STARVED_AS_ONE = 4
/** Own words of a peer about its slots are held against it for so long. */
const CLAIM_MS = 3000

/** Everybody who may be asked for a place. Bounded: who failed most and was named by the weakest source goes first. */
export class Candidates {
  readonly #isParent: (key: string) => boolean
  readonly #all = new Map<string, Candidate>()
  /** The same in the order in which they came, for who goes through all of them. */
  readonly #list: Candidate[] = []
  /** Counts what makes somebody more attractive than before. */
  improvements = 0
  /** Those that were found on the topic. */
  announced = 0
  /** See `#leastPromising`; undefined when that may be another one by now. */
  #least: Candidate | undefined

  /** @param isParent who feeds us, or is asked to, stays on the list: the others are measured against it */
  constructor(isParent: (key: string) => boolean) {
    this.#isParent = isParent
  }

  get size(): number {
    return this.#list.length
  }

  get(key: string): Candidate | undefined {
    return this.#all.get(key)
  }

  get list(): readonly Candidate[] {
    return this.#list
  }

  /** Returns true when the peer was not known, or has room again as far as is told. */
  learn(news: CandidateNews, nowMs: number): boolean {
    const known = this.#all.get(news.key)
    if (known === undefined) return this.#add(news, nowMs)
    const roomier = (known.freeSlots ?? 1) === 0 && (news.freeSlots ?? 0) > 0
    // What it was refused for is over; a rest after failures is not.
    if (roomier && known.refusals > 1) known.notBeforeMs = Math.min(known.notBeforeMs, nowMs + COOL_DOWN_MS)
    if (roomier) known.refusals = 0
    if (roomier || (news.depth ?? Infinity) < (known.depth ?? 0)) this.improvements++
    if (SOURCE_RANK[news.source] < SOURCE_RANK[known.source]) {
      known.source = news.source
      this.#least = undefined
    }
    known.depth = news.depth ?? known.depth
    known.freeSlots = news.freeSlots ?? known.freeSlots
    known.rttMs ??= news.rttMs
    known.prefix = news.prefix ?? known.prefix
    known.toldMs = nowMs
    if (known === this.#least) this.#least = undefined
    return roomier && nowMs >= known.notBeforeMs
  }

  /** It has no room now. Returns true when it had claimed room just before, and often enough for a lie. */
  full(key: string, reason: RefusalReason, retryMs: number, nowMs: number): boolean {
    const known = this.#all.get(key)
    if (known === undefined) return false
    const claimed = (known.freeSlots ?? 0) > 1 && known.source === 'topic' && nowMs - known.toldMs < CLAIM_MS
    if (claimed) known.emptyClaims++
    known.freeSlots = 0
    this.#least = undefined
    // A crowd that has no place anywhere must not ask everybody every five seconds.
    const times = reason === 'not-on-air' ? Math.floor(known.refusals / STARVED_AS_ONE) : known.refusals
    known.refusals++
    known.notBeforeMs = nowMs + retryMs * 2 ** Math.min(times, MAX_REFUSALS)
    return claimed && known.emptyClaims >= 3
  }

  /** It could not be reached or did not answer: it rests for a second, twice as long each time. */
  failed(key: string, nowMs: number): void {
    const known = this.#all.get(key)
    if (known === undefined) return
    const restMs = Math.min(COOL_DOWN_MS * 2 ** Math.min(known.failures, 10), MAX_COOL_DOWN_MS)
    known.failures++
    this.#least = undefined
    known.notBeforeMs = nowMs + restMs
  }

  /** It would have been a better place, and did not deliver anything sooner than the parent did. */
  slower(key: string, nowMs: number): void {
    const known = this.#all.get(key)
    if (known !== undefined) known.slowUntilMs = nowMs + SLOW_MS
  }

  worked(key: string): void {
    const known = this.#all.get(key)
    if (known === undefined) return
    if (known.failures > 0 || known.refusals > 0) this.improvements++
    known.failures = 0
    this.#least = undefined
    known.refusals = 0
    known.notBeforeMs = 0
  }

  /** When the next one that rests can be asked again. */
  nextRestedMs(nowMs: number): number {
    let nextMs = Infinity
    for (const { notBeforeMs } of this.#list) {
      if (notBeforeMs > nowMs && notBeforeMs < nextMs) nextMs = notBeforeMs
    }
    return nextMs
  }

  /** Those who are told to have room, and when the next one who may have some can be asked again. In one go: it is asked for often. */
  withRoom(nowMs: number): { readonly roomy: readonly Candidate[]; readonly nextRestedMs: number } {
    const roomy: Candidate[] = []
    let nextRestedMs = Infinity
    for (const candidate of this.#list) {
      const { freeSlots } = candidate
      if (freeSlots === 0) continue
      if (freeSlots !== undefined) roomy.push(candidate)
      const { notBeforeMs } = candidate
      if (notBeforeMs > nowMs && notBeforeMs < nextRestedMs) nextRestedMs = notBeforeMs
    }
    return { roomy, nextRestedMs }
  }

  #add({ key, source, depth, freeSlots, rttMs, prefix }: CandidateNews, nowMs: number): boolean {
    if (this.#list.length >= MAX_CANDIDATES) {
      const victim = this.#leastPromising()
      if (victim === undefined) return false
      const ahead = worth(victim) - worth({ source, failures: 0 })
      // A crowd has been refused everywhere on its list long before anybody there is stale.
      const isRoomier = isFull(victim) && (freeSlots ?? 0) > 0
      if (ahead > 0 || (ahead === 0 && !isRoomier && nowMs - victim.toldMs < STALE_MS)) return false
      this.#forget(victim)
    }
    this.#least = undefined
    const candidate: Candidate = {
      depth,
      freeSlots,
      failures: 0,
      saidMs: undefined,
      rttMs,
      loss: 0,
      source,
      key,
      isAnnounced: source === 'topic',
      order: undefined,
      ancestors: undefined,
      prefix,
      emptyClaims: 0,
      refusals: 0,
      notBeforeMs: 0,
      toldMs: nowMs,
      slowUntilMs: 0,
      hint: undefined,
    }
    this.#all.set(key, candidate)
    this.#list.push(candidate)
    if (candidate.isAnnounced) this.announced++
    this.improvements++
    return true
  }

  #forget(candidate: Candidate): void {
    if (candidate.isAnnounced) this.announced--
    this.#all.delete(candidate.key)
    this.#list.splice(this.#list.indexOf(candidate), 1)
  }

  /**
   * Of equals who is full, then of whom nothing was told for longest. Kept: while the list is full everybody who is named
   * asks for it.
   */
  #leastPromising(): Candidate | undefined {
    if (this.#least !== undefined && !this.#isParent(this.#least.key)) return this.#least
    let least: Candidate | undefined
    let leastWorth = Infinity
    for (const each of this.#list) {
      const worthOfEach = worth(each) - (isFull(each) ? FULL_WORTH : 0)
      const isLess =
        worthOfEach < leastWorth || (worthOfEach === leastWorth && each.toldMs < (least?.toldMs ?? 0))
      if (!isLess || this.#isParent(each.key)) continue
      least = each
      leastWorth = worthOfEach
    }
    this.#least = least
    return least
  }
}

/** Smaller for weaker sources and more failures. */
function worth({ source, failures }: Pick<Candidate, 'failures' | 'source'>): number {
  return -(SOURCE_RANK[source] + 2 * Math.min(failures, 10))
}

/** It has told of itself that it has no place, or refused one. */
function isFull({ freeSlots }: Candidate): boolean {
  return freeSlots === 0
}

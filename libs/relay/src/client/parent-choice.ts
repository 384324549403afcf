import { LIMITS, type ParentHint, type RefusalReason, toHex } from '@pearcast/protocol'
import type { Lineage } from '../tree/lineage.ts'
import { DistrustList, type Misconduct } from '../trust/distrust.ts'
import { type Candidate, type CandidateNews, Candidates } from './candidates.ts'
import { type Carrier, nearestCarriers } from './carriers.ts'
import type { ParentLink } from './parent-link.ts'
import { bestParent, parentCost, placeCost, type Standpoint, UNKNOWN_RTT_MS } from './rank.ts'
import type { PickRole } from './types.ts'
import { isBetter, Upgrade } from './upgrade.ts'

const LOOK_EVERY_MS = 5000
/** Suspicions end, and links: who found nobody looks again after this at the latest. */
const EXHAUSTED_MS = 1000
/** From here on also those who serve nobody look for a higher place. */
const DEEP = 6
const CLIMB_HOP_MS = 60

/** What the choice has to know of the peer that chooses. */
export interface Chooser {
  readonly self: string
  readonly lineage: Lineage
  /** Whether this peer is fed by us: it never becomes our parent. */
  readonly isChild: (key: string) => boolean
  /** Whether we have a link to it as our parent, or as one that is to be. */
  readonly isParent: (key: string) => boolean
  readonly primary: () => string | undefined
  /** Children that we could serve. */
  readonly slots: () => number
}

/** Whom to ask for a place: everybody who was named, less those that are distrusted, rest, or hang on us. */
export class ParentChoice {
  readonly #chooser: Chooser
  readonly #candidates: Candidates
  readonly #distrust = new DistrustList()
  readonly #upgrade = new Upgrade()
  #lookMs = 0
  #lookedMs = 0
  #lookedSeq = -1
  /** The improvements that were known then. */
  #lookedAt = -1
  #exhaustedAt = -1
  #exhaustedUntilMs = 0

  constructor(chooser: Chooser) {
    this.#chooser = chooser
    this.#candidates = new Candidates(chooser.isParent)
  }

  /** Returns true when there is somebody new to ask. */
  learn(news: CandidateNews, nowMs: number): boolean {
    if (news.key === this.#chooser.self) return false
    return this.#candidates.learn(news, nowMs)
  }

  /** One entry of a list of parents. What a third party measured is not our round trip, but it tells near from far. */
  learnHint(teller: string, { depth, freeSlots, key, rttMs }: ParentHint, nowMs: number): boolean {
    const source = teller === this.#chooser.primary() ? 'sibling' : 'referral'
    // Of both 0 means that the teller does not know.
    const told: CandidateNews = {
      key: toHex(key),
      source,
      depth,
      freeSlots: freeSlots || undefined,
      rttMs: rttMs || undefined,
    }
    return this.learn(told, nowMs)
  }

  /** A peer has told its way from the broadcaster; those on it carry the station as well. */
  learnWay({ ancestors, key }: ParentLink, nowMs: number): boolean {
    const candidate = this.#candidates.get(key)
    if (candidate !== undefined) {
      if (candidate.depth !== ancestors.length) this.#lookAgain()
      candidate.ancestors = ancestors
      candidate.depth = ancestors.length
    }
    let isNew = false
    for (const [depth, ancestor] of ancestors.entries()) {
      if (this.learn({ key: ancestor, source: 'ancestor', depth }, nowMs)) isNew = true
    }
    return isNew
  }

  /** What a link, or its peer in person, tells. */
  note(key: string, news: Partial<Pick<Candidate, 'freeSlots' | 'prefix' | 'rttMs'>>, nowMs: number): void {
    const candidate = this.#candidates.get(key)
    if (candidate === undefined) return
    const isOther = (news.rttMs ?? candidate.rttMs) !== candidate.rttMs
    if (isOther || (candidate.freeSlots === 0 && (news.freeSlots ?? 0) > 0)) this.#lookAgain()
    candidate.rttMs = news.rttMs ?? candidate.rttMs
    candidate.prefix = news.prefix ?? candidate.prefix
    candidate.freeSlots = news.freeSlots ?? candidate.freeSlots
    if (news.freeSlots !== undefined) candidate.saidMs = nowMs
  }

  worked(key: string): void {
    this.#candidates.worked(key)
  }

  slower(key: string, nowMs: number): void {
    this.#candidates.slower(key, nowMs)
  }

  failed(key: string, nowMs: number): void {
    this.#candidates.failed(key, nowMs)
  }

  /** Whether it could not be reached, or did not answer, when it was last asked. */
  hasFailed(key: string): boolean {
    return (this.#candidates.get(key)?.failures ?? 0) > 0
  }

  /** Returns true when it had promised room once too often. */
  full(key: string, reason: RefusalReason, retryMs: number, nowMs: number): boolean {
    if (this.#upgrade.refused(key, nowMs)) this.#lookMs = nowMs
    return this.#candidates.full(key, reason, retryMs, nowMs)
  }

  /** @param loss of its frames, for when it may be asked again: it comes after those over whose line less is lost */
  distrust(key: string, reason: Misconduct, loss: number, nowMs: number): void {
    this.#distrust.add(key, reason, nowMs)
    const candidate = this.#candidates.get(key)
    if (candidate !== undefined) candidate.loss = Math.max(candidate.loss, loss)
  }

  isDistrusted(key: string, nowMs: number): boolean {
    return this.#distrust.has(key, nowMs)
  }

  /** Who hears nothing asks those whom it only suspects as well, when nobody else is left. */
  best(role: PickRole, mayUse: (candidate: Candidate) => boolean, nowMs: number): Candidate | undefined {
    const { list } = this.#candidates
    const from = this.#standpoint()
    const mayAsk = (each: Candidate): boolean => mayUse(each) && this.#mayAsk(each, nowMs)
    const trusted = bestParent(list, from, role, mayAsk)
    if (trusted !== undefined || role !== 'first') return trusted
    const mayAskInNeed = (each: Candidate): boolean => mayUse(each) && this.#mayAskInNeed(each, nowMs)
    const inNeed = bestParent(list, from, role, mayAskInNeed)
    if (inNeed === undefined) this.#noteExhausted(nowMs)
    return inNeed
  }

  /** Whether `best` found nobody just now for who has no parent, and nothing has changed since. */
  isExhausted(nowMs: number): boolean {
    return nowMs < this.#exhaustedUntilMs && this.#candidates.improvements === this.#exhaustedAt
  }

  #noteExhausted(nowMs: number): void {
    this.#exhaustedAt = this.#candidates.improvements
    this.#exhaustedUntilMs = Math.min(this.#candidates.nextRestedMs(nowMs), nowMs + EXHAUSTED_MS)
  }

  /** When `better` wants to be asked next: as long as nothing is told of anybody, nobody becomes better. */
  get lookMs(): number {
    if (this.#candidates.improvements !== this.#lookedAt) this.#lookAgain()
    return this.#lookMs
  }

  /** Somebody who has been clearly better than the primary for long enough. Looks every few seconds at most. */
  better(mayUse: (candidate: Candidate) => boolean, nowMs: number): string | undefined {
    if (nowMs < this.lookMs) return undefined
    this.#lookedAt = this.#candidates.improvements
    const { lineage, primary: primaryOf } = this.#chooser
    const primary = primaryOf()
    const present = primary === undefined ? undefined : this.#candidates.get(primary)
    // While the source is silent nobody can show that he is nearer to it. A look long ago does not tell.
    const quiet = lineage.headSeq === this.#lookedSeq
    const latest = nowMs - this.#lookedMs < 2 * LOOK_EVERY_MS
    this.#lookedMs = nowMs
    this.#lookedSeq = lineage.headSeq
    this.#lookMs = nowMs + LOOK_EVERY_MS
    if (present === undefined || quiet || (!latest && this.#upgrade.dueMs(nowMs) <= nowMs)) return undefined
    const from = this.#standpoint()
    const mayMoveTo = (each: Candidate): boolean => nowMs >= each.slowUntilMs && mayUse(each)
    const mayAsk = (each: Candidate): boolean => mayMoveTo(each) && this.#mayAsk(each, nowMs)
    const { nextRestedMs, roomy } = this.#candidates.withRoom(nowMs)
    const known = bestParent(roomy, from, 'better', mayAsk)
    const knownCost = known === undefined ? Infinity : parentCost(known)
    const presentCost = placeCost(present)
    const named = this.#nearestRoom(from, present, roomy, mayAsk)
    // Who is higher up may take us for somebody else, or knows of room: worth asking without any promise.
    const higher =
      named ?? (isBetter(knownCost, presentCost) ? undefined : this.#halfway(from, mayMoveTo, nowMs))
    const best = higher ?? known
    const cost = higher === undefined ? knownCost : 0
    const climb =
      higher === undefined ? undefined : { isDeep: from.depth >= DEEP, isNamed: named !== undefined }
    const isDue = this.#upgrade.consider(best?.key, cost, presentCost, nowMs, climb)
    if (!isDue) {
      this.#lookMs = Math.max(this.#lookMs, Math.min(this.#upgrade.dueMs(nowMs), nextRestedMs))
    }
    return isDue ? best?.key : undefined
  }

  /** The parent changed: no other move for the sake of quality for a while. */
  moved(wanted: boolean, nowMs: number): void {
    this.#lookAgain()
    const { lineage, slots } = this.#chooser
    this.#upgrade.moved({ wanted, climbs: mayClimb({ depth: lineage.depth, slots: slots() }) }, nowMs)
  }

  /** Who else carries the station, for those for whom we have no place. */
  hints(count: number, nowMs: number): Carrier[] {
    const mayName = (key: string): boolean => !this.#distrust.has(key, nowMs) && !this.#chooser.isChild(key)
    return nearestCarriers(this.#candidates.list, count, mayName, nowMs)
  }

  /** Of those that have room for us the nearest to the source, if it is higher than our parent: for a leaf, by two hops. */
  #nearestRoom(
    { depth, self, slots }: Standpoint,
    present: Candidate,
    roomy: readonly Candidate[],
    mayAsk: (candidate: Candidate) => boolean,
  ): Candidate | undefined {
    if (!mayClimb({ depth, slots })) return undefined
    const deepest = (present.depth ?? depth - 1) - (slots < 2 ? 2 : 1)
    let nearest: Candidate | undefined
    for (const each of roomy) {
      if (each.depth === undefined || each.depth > deepest) continue
      if (nearest !== undefined && climbCost(each) >= climbCost(nearest)) continue
      if (mayAsk(each) && each.ancestors?.includes(self) !== true) nearest = each
    }
    return nearest
  }

  /**
   * Of those on our way, the one halfway to the source: a relay may be worth more there than somebody who is there, and
   * whoever is deep hears where in that branch there is room.
   */
  #halfway(
    { depth, primary, slots }: Standpoint,
    mayUse: (candidate: Candidate) => boolean,
    nowMs: number,
  ): Candidate | undefined {
    if (!mayClimb({ depth, slots })) return undefined
    const key = primary?.ancestors?.[Math.min(depth - 2, depth >> 1)]
    const candidate = key === undefined ? undefined : this.#candidates.get(key)
    return candidate !== undefined && mayUse(candidate) && this.#mayAsk(candidate, nowMs)
      ? candidate
      : undefined
  }

  #mayAsk(candidate: Candidate, nowMs: number): boolean {
    return this.#isFree(candidate, nowMs) && !this.#distrust.has(candidate.key, nowMs)
  }

  #mayAskInNeed(candidate: Candidate, nowMs: number): boolean {
    return this.#isFree(candidate, nowMs) && this.#distrust.isLastResort(candidate.key, nowMs)
  }

  #isFree({ key, notBeforeMs }: Candidate, nowMs: number): boolean {
    return nowMs >= notBeforeMs && !this.#chooser.isChild(key)
  }

  #lookAgain(): void {
    this.#lookMs = Math.min(this.#lookMs, this.#lookedMs + LOOK_EVERY_MS)
  }

  #standpoint(): Standpoint {
    const { lineage, primary, self, slots } = this.#chooser
    const { announced } = this.#candidates
    return {
      self,
      announced,
      slots: slots(),
      depth: lineage.depth,
      primary: this.#candidates.get(primary() ?? ''),
    }
  }
}

/** A relay, whose branch comes up with it, and who is deep. */
function mayClimb({ depth, slots }: Pick<Standpoint, 'depth' | 'slots'>): boolean {
  return slots >= 2 || depth >= DEEP
}

/** On the way up a hop counts for more than a short line. */
function climbCost({ depth = LIMITS.maxHops, rttMs = UNKNOWN_RTT_MS }: Candidate): number {
  return depth * CLIMB_HOP_MS + rttMs / 2
}

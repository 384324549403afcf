import { LIMITS, type ParentHint, toHex } from '@pearcast/protocol'
import type { Lineage } from '../tree/lineage.ts'
import { DistrustList, type Misconduct } from '../trust/distrust.ts'
import { type Candidate, type CandidateNews, Candidates } from './candidates.ts'
import type { ParentLink } from './parent-link.ts'
import { bestParent, parentCost, type Standpoint } from './rank.ts'
import type { PickRole } from './types.ts'
import { Upgrade } from './upgrade.ts'

const LOOK_EVERY_MS = 1000

/** What the choice has to know of the peer that chooses. */
export interface Chooser {
  readonly self: string
  readonly lineage: Lineage
  /** Whether this peer is fed by us: it never becomes our parent. */
  readonly isChild: (key: string) => boolean
  readonly primary: () => string | undefined
}

/** Whom to ask for a place: everybody who was named, less those that are distrusted, rest, or hang on us. */
export class ParentChoice {
  readonly #chooser: Chooser
  readonly #candidates = new Candidates()
  readonly #distrust = new DistrustList()
  readonly #upgrade = new Upgrade()
  #lookMs = 0
  #lookedMs = 0
  #lookedSeq = -1

  constructor(chooser: Chooser) {
    this.#chooser = chooser
  }

  /** Returns true when there is somebody new to ask. */
  learn(news: CandidateNews, nowMs: number): boolean {
    if (news.key === this.#chooser.self) return false
    this.#lookAgain()
    return this.#candidates.learn(news, nowMs)
  }

  /** One entry of a list of parents. What a third party measured is not our round trip, but it tells near from far. */
  learnHint(teller: string, { depth, freeSlots, key, rttMs }: ParentHint, nowMs: number): boolean {
    const source = teller === this.#chooser.primary() ? 'sibling' : 'referral'
    return this.learn({ key: toHex(key), source, depth, freeSlots, rttMs: rttMs || undefined }, nowMs)
  }

  /** A peer has told its way from the broadcaster; those on it carry the station as well. */
  learnWay({ ancestors, key }: ParentLink, nowMs: number): boolean {
    const candidate = this.#candidates.get(key)
    if (candidate !== undefined) {
      candidate.ancestors = ancestors
      candidate.depth = ancestors.length
    }
    return ancestors
      .map((ancestor, depth) => this.learn({ key: ancestor, source: 'ancestor', depth }, nowMs))
      .includes(true)
  }

  /** What a link, or its peer in person, tells. */
  note(key: string, news: Partial<Pick<Candidate, 'freeSlots' | 'prefix' | 'rttMs'>>): void {
    const candidate = this.#candidates.get(key)
    if (candidate === undefined) return
    this.#lookAgain()
    candidate.rttMs = news.rttMs ?? candidate.rttMs
    candidate.prefix = news.prefix ?? candidate.prefix
    candidate.freeSlots = news.freeSlots ?? candidate.freeSlots
  }

  worked(key: string): void {
    this.#lookAgain()
    this.#candidates.worked(key)
  }

  failed(key: string, nowMs: number): void {
    this.#lookAgain()
    this.#candidates.failed(key, nowMs)
  }

  /** Returns true when it had promised room once too often. */
  full(key: string, retryMs: number, nowMs: number): boolean {
    return this.#candidates.full(key, retryMs, nowMs)
  }

  distrust(key: string, reason: Misconduct, nowMs: number): void {
    this.#distrust.add(key, reason, nowMs)
  }

  isDistrusted(key: string, nowMs: number): boolean {
    return this.#distrust.has(key, nowMs)
  }

  best(role: PickRole, mayUse: (candidate: Candidate) => boolean, nowMs: number): Candidate | undefined {
    return bestParent(
      this.#candidates.values(),
      this.#standpoint(),
      role,
      (key, candidate) =>
        mayUse(candidate) &&
        nowMs >= candidate.notBeforeMs &&
        !this.#distrust.has(key, nowMs) &&
        !this.#chooser.isChild(key),
    )
  }

  /** When `better` wants to be asked next: as long as nothing is told of anybody, nobody becomes better. */
  get lookMs(): number {
    return this.#lookMs
  }

  /** Somebody who has been clearly better than the primary for long enough. Looks once a second at most. */
  better(mayUse: (candidate: Candidate) => boolean, nowMs: number): string | undefined {
    if (nowMs < this.#lookMs) return undefined
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
    const hasRoom = ({ freeSlots = 1 }: Candidate): boolean => freeSlots > 0
    const best = this.best('better', (candidate) => mayUse(candidate) && hasRoom(candidate), nowMs)
    const cost = best === undefined ? Infinity : parentCost(best, from, 'better')
    const isBetter = this.#upgrade.consider(best?.key, cost, parentCost(present, from, 'better'), nowMs)
    if (!isBetter) {
      const nextMs = Math.min(this.#upgrade.dueMs(nowMs), this.#candidates.nextRestedMs(nowMs))
      this.#lookMs = Math.max(this.#lookMs, nextMs)
    }
    return isBetter ? best?.key : undefined
  }

  /** The parent changed: no other move for the sake of quality for a while. */
  moved(nowMs: number): void {
    this.#lookAgain()
    this.#upgrade.moved(nowMs)
  }

  /** Who else carries the station, for those for whom we have no place. */
  hints(count: number, nowMs: number): CandidateNews[] {
    const nearest: Candidate[] = []
    for (const candidate of this.#candidates.values()) {
      const { failures, freeSlots, key } = candidate
      if (failures > 0 || freeSlots === 0) continue
      const last = nearest.length < count ? undefined : nearest.at(-1)
      if (last !== undefined && depthOf(candidate) >= depthOf(last)) continue
      if (this.#distrust.has(key, nowMs) || this.#chooser.isChild(key)) continue
      const at = nearest.findIndex((other) => depthOf(other) > depthOf(candidate))
      nearest.splice(at === -1 ? nearest.length : at, 0, candidate)
      if (nearest.length > count) nearest.pop()
    }
    return nearest
  }

  #lookAgain(): void {
    this.#lookMs = Math.min(this.#lookMs, this.#lookedMs + LOOK_EVERY_MS)
  }

  #standpoint(): Standpoint {
    const { lineage, primary, self } = this.#chooser
    return { self, depth: lineage.depth, primary: this.#candidates.get(primary() ?? '') }
  }
}

function depthOf({ depth = LIMITS.maxHops }: Candidate): number {
  return depth
}

import { type ParentHint, toHex } from '@pearcast/protocol'
import type { Lineage } from '../tree/lineage.ts'
import { DistrustList, type Misconduct } from '../trust/distrust.ts'
import { type Candidate, type CandidateNews, Candidates } from './candidates.ts'
import type { ParentLink } from './parent-link.ts'
import { bestParent, parentCost, type Standpoint } from './rank.ts'
import type { PickRole } from './types.ts'
import { Upgrade } from './upgrade.ts'

const UPGRADE_EVERY_MS = 1000

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
  #upgradeMs = 0
  #upgradeSeq = -1

  constructor(chooser: Chooser) {
    this.#chooser = chooser
  }

  /** Returns true when there is somebody new to ask. */
  learn(news: CandidateNews, nowMs: number): boolean {
    return news.key !== this.#chooser.self && this.#candidates.learn(news, nowMs)
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
    candidate.rttMs = news.rttMs ?? candidate.rttMs
    candidate.prefix = news.prefix ?? candidate.prefix
    candidate.freeSlots = news.freeSlots ?? candidate.freeSlots
  }

  worked(key: string): void {
    this.#candidates.worked(key)
  }

  failed(key: string, nowMs: number): void {
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

  /** Somebody who has been clearly better than the primary for long enough. Asked ten times a second, looks once. */
  better(mayUse: (candidate: Candidate) => boolean, nowMs: number): string | undefined {
    if (nowMs < this.#upgradeMs) return undefined
    this.#upgradeMs = nowMs + UPGRADE_EVERY_MS
    const { lineage, primary: primaryOf } = this.#chooser
    const primary = primaryOf()
    const present = primary === undefined ? undefined : this.#candidates.get(primary)
    // While the source is silent nobody can show that he is nearer to it.
    const quiet = lineage.headSeq === this.#upgradeSeq
    this.#upgradeSeq = lineage.headSeq
    if (present === undefined || quiet) return undefined
    const from = this.#standpoint()
    const hasRoom = ({ freeSlots = 1 }: Candidate): boolean => freeSlots > 0
    const best = this.best('better', (candidate) => mayUse(candidate) && hasRoom(candidate), nowMs)
    const cost = best === undefined ? Infinity : parentCost(best, from, 'better')
    const isBetter = this.#upgrade.consider(best?.key, cost, parentCost(present, from, 'better'), nowMs)
    return isBetter ? best?.key : undefined
  }

  /** The parent changed: no other move for the sake of quality for a while. */
  moved(nowMs: number): void {
    this.#upgrade.moved(nowMs)
  }

  /** Who else carries the station, for those for whom we have no place. */
  hints(count: number, nowMs: number): CandidateNews[] {
    const usable = [...this.#candidates.values()].filter(
      ({ failures, freeSlots, key }) =>
        failures === 0 && freeSlots !== 0 && !this.#distrust.has(key, nowMs) && !this.#chooser.isChild(key),
    )
    return usable.toSorted((a, b) => (a.depth ?? 16) - (b.depth ?? 16)).slice(0, count)
  }

  #standpoint(): Standpoint {
    const { lineage, primary, self } = this.#chooser
    return { self, depth: lineage.depth, primary: this.#candidates.get(primary() ?? '') }
  }
}

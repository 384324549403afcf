import { fromHex, LIMITS, type ParentHint } from '@pearcast/protocol'
import type { CandidateNews } from '../client/candidates.ts'
import { UNKNOWN_DEPTH } from '../client/rank.ts'
import type { ChildPlace, Spot } from './child-place.ts'

/** Who asks tries few of them: each spot that is named is spent by its share. */
const NAMED = 4
/** Besides them, to go on looking from: children that may know of room by now, and who else carries the station. */
const LISTED = 8
/** Told upward of those with room for a relay only, the nearest. */
const FOR_RELAYS = 4

interface ReferralOptions {
  readonly places: () => Iterable<ChildPlace>
  /** Of our children. */
  readonly depth: () => number
  /** Who else carries the station. */
  readonly hints: (count: number) => readonly CandidateNews[]
}

/** Of whoever asks: whether it would serve others itself, and is to spend what it is told of. */
interface Errand {
  readonly isRelay: boolean
  readonly takes: boolean
}

/**
 * Where there is room below. Children tell which of those below them have places free, the nearest to the source first;
 * we tell our parent the same, so that whoever is full can name several who are not. What was named is spent until it is
 * told of again: a crowd is spread over all the room there is.
 */
export class Referral {
  readonly #options: ReferralOptions
  #turn = 0

  constructor(options: ReferralOptions) {
    this.#options = options
  }

  /**
   * Who may have a place, for one who gets none here or wants to know where else to go; never the one who asks. To a
   * relay the place of a leaf is a free one.
   */
  namesFor(asking: ChildPlace | string, { isRelay, takes }: Errand): ParentHint[] {
    const depth = this.#options.depth()
    if (depth > LIMITS.maxHops) return this.#others([], asking)
    const key = typeof asking === 'string' ? asking : asking.key
    const places = [...this.#options.places()].filter((place) => serves(place) && place.key !== key)
    const turn = places.length === 0 ? 0 : this.#turn++ % places.length
    const turned = [...places.slice(turn), ...places.slice(0, turn)]
    const named = nearest(turned, NAMED, ({ freeSlots, left }) => left > 0 && (isRelay || freeSlots > 0))
    if (takes) for (const spot of named) spot.left -= 1 / named.length
    const hints = named.map((spot) => ({ ...hintOf(spot, depth), freeSlots: Math.max(1, spot.freeSlots) }))
    for (const { at } of turned) {
      if (hints.length >= NAMED || at === undefined) break
      if (!named.some((spot) => spot.at === at))
        hints.push({ key: fromHex(at), depth, freeSlots: 0, rttMs: 0 })
    }
    // Who has a place is told besides who else there is, should we be gone.
    return named.length === NAMED && typeof asking === 'string' ? hints : this.#others(hints, asking)
  }

  /** What our parent is told: who has room, without turns or promises, so that it changes only when they do. */
  report(count: number): ParentHint[] {
    const depth = this.#options.depth()
    const places = [...this.#options.places()].filter(serves)
    const free = nearest(places, count, ({ freeSlots }) => freeSlots > 0)
    const forRelays = nearest(places, FOR_RELAYS, ({ freeSlots }) => freeSlots < 1)
    return [...free, ...forRelays]
      .map((spot) => hintOf(spot, depth))
      .filter((hint) => hint.depth <= LIMITS.maxHops)
  }

  #isChild(key: string): boolean {
    for (const { at } of this.#options.places()) if (at === key) return true
    return false
  }

  #others(hints: ParentHint[], asking: ChildPlace | string): ParentHint[] {
    if (hints.length >= LISTED) return hints
    const own = typeof asking === 'string' ? undefined : asking.at
    for (const other of this.#options.hints(LISTED)) {
      if (hints.length >= LISTED) break
      if (other.key !== own && !this.#isChild(other.key)) hints.push(otherHint(other))
    }
    return hints
  }
}

/** It carries audio for others, and stays. */
function serves({ at, movingMs, standby }: ChildPlace): boolean {
  return at !== undefined && !standby && movingMs === undefined
}

/** Of each child in turn, the nearest to the source first. */
function nearest(places: readonly ChildPlace[], count: number, suits: (spot: Spot) => boolean): Spot[] {
  const found: Spot[] = []
  for (const { spots } of places) {
    for (const spot of spots) {
      const last = found.length < count ? undefined : found.at(-1)
      if (!suits(spot) || (last !== undefined && spot.below >= last.below)) continue
      const at = found.findIndex(({ below }) => below > spot.below)
      found.splice(at === -1 ? found.length : at, 0, spot)
      if (found.length > count) found.pop()
    }
  }
  return found
}

function hintOf({ below, freeSlots, key }: Spot, depth: number): ParentHint {
  return { key, depth: Math.min(depth + below, LIMITS.maxHops), freeSlots, rttMs: 0 }
}

/**
 * Of who was found and not asked, the depth that whoever hears of it would guess as well. 0 free slots: nobody knows. Who is
 * known to be full is not named.
 */
function otherHint({ depth = UNKNOWN_DEPTH, freeSlots = 0, key, rttMs = 0 }: CandidateNews): ParentHint {
  return { key: fromHex(key), depth, freeSlots, rttMs: Math.min(Math.round(rttMs), LIMITS.maxHintedRttMs) }
}

import { fromHex, LIMITS, type ParentHint } from '@pearcast/protocol'
import type { Carrier } from '../client/carriers.ts'
import type { ChildPlace, Spot } from './child-place.ts'

/** Who asks tries few of them: each spot that is named is spent by its share. */
const NAMED = 4
/** Besides them, to go on looking from: children that may know of room by now, and who else carries the station. */
const LISTED = 8
/** Told upward of those with room for a relay only, the nearest. */
const FOR_RELAYS = 4

interface ReferralOptions {
  readonly places: () => Iterable<ChildPlace>
  /** Whether it is one of our children, by the key under which it can be dialled. */
  readonly feeds: (key: string) => boolean
  /** Of our children. */
  readonly depth: () => number
  /** Who else carries the station. */
  readonly hints: (count: number) => readonly Carrier[]
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
    const turned = this.#serving(key)
    const turn = turned.length === 0 ? 0 : this.#turn++ % turned.length
    if (turn > 0) turned.push(...turned.splice(0, turn))
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
    const places = this.#serving()
    const free = nearest(places, count, ({ freeSlots }) => freeSlots > 0)
    const forRelays = nearest(places, FOR_RELAYS, ({ freeSlots }) => freeSlots < 1)
    return [...free, ...forRelays]
      .map((spot) => hintOf(spot, depth))
      .filter((hint) => hint.depth <= LIMITS.maxHops)
  }

  /** Children that carry audio for others, and stay. */
  #serving(without?: string): ChildPlace[] {
    const serving: ChildPlace[] = []
    for (const place of this.#options.places()) {
      const { at, key, movingMs, standby } = place
      if (at !== undefined && !standby && movingMs === undefined && key !== without) serving.push(place)
    }
    return serving
  }

  #others(hints: ParentHint[], asking: ChildPlace | string): ParentHint[] {
    if (hints.length >= LISTED) return hints
    const own = typeof asking === 'string' ? undefined : asking.at
    const { feeds } = this.#options
    for (const { hint, key } of this.#options.hints(LISTED)) {
      if (hints.length >= LISTED) break
      if (key !== own && !feeds(key)) hints.push(hint)
    }
    return hints
  }
}

/** Of each child in turn, the nearest to the source first. */
function nearest(places: readonly ChildPlace[], count: number, suits: (spot: Spot) => boolean): Spot[] {
  const found: Spot[] = []
  for (const { spots } of places) {
    for (const spot of spots) {
      if (found.length === count && spot.below >= (found.at(-1)?.below ?? 0)) continue
      if (!suits(spot)) continue
      let at = found.length
      while (at > 0 && (found[at - 1]?.below ?? 0) > spot.below) at--
      found.splice(at, 0, spot)
      if (found.length > count) found.pop()
    }
  }
  return found
}

function hintOf({ below, freeSlots, key }: Spot, depth: number): ParentHint {
  return { key, depth: Math.min(depth + below, LIMITS.maxHops), freeSlots, rttMs: 0 }
}

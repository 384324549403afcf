import { LIMITS, type ParentHint } from '@pearcast/protocol'
import type { ChildPlace, Spot } from './child-place.ts'

/** Until then whoever is to have our place has it, or the way there is slower than its own. */
const HAND_OVER_MS = 2000
/** Who can take fewer of our children is no better than all the others that have room. */
const LEAST_ROOM = 2

/**
 * Who stops serving others has somebody below it take its place, and sends there whoever feeds others: their branches
 * stay as high as they were. Where a tree is full of relays at its top there is no other room so high.
 */
export class Succession {
  /** When our children are to be sent there; Infinity while nobody is to succeed us. */
  dueMs: number = Infinity
  #heir: Spot | undefined

  /** Somebody with room for those that feed others, or undefined. */
  begin(children: readonly ChildPlace[], nowMs: number): Spot | undefined {
    const relays = children.filter(({ slots }) => slots >= LEAST_ROOM).length
    this.#heir = relays > 0 ? roomiest(children, relays) : undefined
    this.dueMs = this.#heir === undefined ? Infinity : nowMs + HAND_OVER_MS
    return this.#heir
  }

  /** Where the children are to go that have a better place there than anywhere else; `depth`: ours. */
  end(children: readonly ChildPlace[], depth: number): Map<string, ParentHint> {
    this.dueMs = Infinity
    const heir = this.#heir
    this.#heir = undefined
    const places = new Map<string, ParentHint>()
    if (heir === undefined) return places
    const { at, freeSlots, key } = heir
    const hint = { key, depth: Math.min(depth, LIMITS.maxHops), freeSlots, rttMs: 0 }
    const relays = children.filter((child) => child.slots >= LEAST_ROOM && child.at !== at)
    const widest = relays.toSorted((a, b) => b.slots - a.slots).slice(0, freeSlots)
    for (const child of widest) places.set(child.key, hint)
    return places
  }
}

/** Of those below with places free: with enough of them, or the most, and then the nearest. */
function roomiest(children: readonly ChildPlace[], enough: number): Spot | undefined {
  let best: Spot | undefined
  for (const { spots } of children) {
    for (const spot of spots) {
      if (spot.freeSlots >= LEAST_ROOM && (best === undefined || isRoomier(spot, best, enough))) best = spot
    }
  }
  return best
}

function isRoomier(a: Spot, b: Spot, enough: number): boolean {
  const more = Math.min(a.freeSlots, enough) - Math.min(b.freeSlots, enough)
  return more > 0 || (more === 0 && a.below < b.below)
}

import { fromHex, type ParentHint, toHex } from '@pearcast/protocol'
import type { Place, Request } from './admission.ts'

/** How long a child that was asked to move is still served. */
const MOVE_MS = 15_000
/** Renewals are rare, and each is answered with a list: who asks without end is not. */
const ANSWERS = 8
const ANSWERS_MS = 1000

/** More spots than these are not kept of one child. */
const MAX_SPOTS = 12

/** Somebody with places free, or with leaves that make way for a relay: the child itself, or one below it. */
export interface Spot {
  readonly key: Uint8Array
  /** The same, hex. */
  readonly at: string
  /** Hops below the child. */
  readonly below: number
  /** 0: room for a relay only. */
  readonly freeSlots: number
  /** Less those that were promised since it was told. */
  left: number
}

/** One child's place. */
export class ChildPlace implements Place {
  /** Of its link to us. */
  readonly key: string
  /** Under which others can dial it, hex; undefined for a leaf. */
  at: string | undefined
  readonly prefix: string | undefined
  readonly channel: number
  readonly sinceMs: number
  standby: boolean
  slots: number
  freeSlots: number
  /** Where there is room, as the child told: itself first. */
  spots: readonly Spot[] = []
  /** It has said what it wants; a place that nobody uses lapses. */
  subscribed = false
  /** Since when it gets audio. */
  activeMs: number
  movingMs: number | undefined
  yieldsTo: string | undefined
  /** When it is to be seen whether that one has stayed. */
  yieldMs: number = Infinity
  heir: string | undefined
  /** When it was asked for at the latest, and answered. */
  grantedMs: number = -Infinity
  /** The way to the broadcaster that it knows. */
  toldWay: readonly string[] | undefined
  #expiresMs: number
  /** It has served others, or could. */
  #couldServe = false
  #answers = 0
  #answersMs = -Infinity
  readonly #unusedMs: number

  constructor(
    { at, freeSlots, key, prefix, slots, standby }: Request,
    channel: number,
    nowMs: number,
    { expiresMs, unusedMs }: { expiresMs: number; unusedMs: number },
  ) {
    this.key = key
    this.at = at
    this.prefix = prefix
    this.channel = channel
    this.sinceMs = nowMs
    this.activeMs = nowMs
    this.standby = standby
    this.slots = slots
    this.freeSlots = freeSlots
    this.#expiresMs = expiresMs
    this.#unusedMs = unusedMs
    this.#setOwn(freeSlots)
  }

  /** Returns whether it tells of other room than before. */
  renew(expiresMs: number, { at, freeSlots, slots }: Pick<Request, 'at' | 'freeSlots' | 'slots'>): boolean {
    const isSame = at === this.at && freeSlots === this.freeSlots && slots === this.slots
    const isNews = !isSame || this.heir !== undefined
    this.#expiresMs = expiresMs
    if (this.slots > 0) this.#couldServe = true
    // Who has not come by then does not come.
    this.heir = undefined
    this.at = at
    this.slots = slots
    this.#setOwn(freeSlots)
    return isNews
  }

  /**
   * It tells who of its branch has room; itself, if it has, is one of them. One that has just stopped serving others names
   * its heir.
   */
  tellsRoom(hints: readonly ParentHint[], depth: number): void {
    const { at } = this
    const [first] = hints
    if (this.slots < 1 && this.#couldServe && first !== undefined) this.heir = toHex(first.key)
    if (at === undefined || this.slots < 1) return
    const spots = hints.slice(0, MAX_SPOTS).map((hint): Spot => {
      const key = toHex(hint.key)
      const { freeSlots } = hint
      const below = key === at ? 0 : Math.max(1, hint.depth - depth)
      return { key: hint.key, at: key, below, freeSlots, left: Math.max(1, freeSlots) }
    })
    this.freeSlots = Math.min(spots.find((spot) => spot.at === at)?.freeSlots ?? 0, this.slots)
    this.spots = spots
  }

  #setOwn(freeSlots: number): void {
    const { at } = this
    this.freeSlots = freeSlots
    // Whether leaves of its would make way is told by itself, not by its places.
    const others = this.spots.filter((spot) => spot.below > 0 || (freeSlots < 1 && spot.freeSlots < 1))
    if (at === undefined || freeSlots < 1) this.spots = others
    else this.spots = [{ key: fromHex(at), at, below: 0, freeSlots, left: freeSlots }, ...others]
  }

  /** Counts this answer. */
  mayBeAnswered(nowMs: number): boolean {
    if (nowMs - this.#answersMs >= ANSWERS_MS) {
      this.#answersMs = nowMs
      this.#answers = 0
    }
    return ++this.#answers <= ANSWERS
  }

  subscribe(audio: boolean, nowMs: number): void {
    this.subscribed = true
    if (audio && this.standby) this.activeMs = nowMs
    this.standby = !audio
  }

  /** When it ends unless something happens. */
  get endMs(): number {
    const moved = this.movingMs === undefined ? Infinity : this.movingMs + MOVE_MS
    return Math.min(this.#expiresMs, moved, this.subscribed ? Infinity : this.#unusedMs)
  }

  isOver(nowMs: number): boolean {
    return nowMs >= this.endMs
  }
}

import type { Place, Request } from './admission.ts'

/** How long a child that was asked to move is still served. */
const MOVE_MS = 15_000
/** Renewals are rare, and each is answered with a list: who asks without end is not. */
const ANSWERS = 8
const ANSWERS_MS = 1000

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
  /** Free slots less those that were promised to others since it told of them. */
  hintedSlots: number
  /** It has said what it wants; a place that nobody uses lapses. */
  subscribed = false
  /** Since when it gets audio. */
  activeMs: number
  movingMs: number | undefined
  /** When it is told next who else carries the station. */
  parentsMs = 0
  #expiresMs: number
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
    this.hintedSlots = freeSlots
    this.#expiresMs = expiresMs
    this.#unusedMs = unusedMs
  }

  renew(expiresMs: number, { at, freeSlots, slots }: Pick<Request, 'at' | 'freeSlots' | 'slots'>): void {
    this.#expiresMs = expiresMs
    this.at = at
    this.slots = slots
    this.freeSlots = freeSlots
    this.hintedSlots = freeSlots
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

  get nextMs(): number {
    return Math.min(this.endMs, this.parentsMs)
  }

  isOver(nowMs: number): boolean {
    return nowMs >= this.endMs
  }
}

import { fromHex, LIMITS, type ParentHint, toHex } from '@pearcast/protocol'
import type { ParentLink } from './parent-link.ts'
import type { RelayClientOptions } from './ports.ts'

/** A parent sends others to us: that we are full, or have room again, it hears at once, but not more often than this. */
const TELL_ROOM_MS = 1000
/** Who has just inherited a place keeps its own for those who come after it, and nobody else hears of them. */
const INHERITED_MS = 5000

/** What parents are told: that we want a place, whether to send, and who of our branch has room. */
export class ParentMail {
  readonly #options: RelayClientOptions
  readonly #channel: number
  #inheritedMs = -Infinity

  constructor(options: RelayClientOptions) {
    this.#options = options
    this.#channel = options.channel ?? 1
  }

  /** Asks for a place, or for the same one again. */
  reserve(link: ParentLink, nowMs: number): void {
    const { perform, self } = this.#options
    const { key, standby } = link
    const { slots, ...now } = this.#options.slots()
    const freeSlots = nowMs - this.#inheritedMs < INHERITED_MS ? 0 : now.freeSlots
    link.toldSlots = slots
    const place = { type: 'reserve', channel: this.#channel, standby, slots, freeSlots } as const
    const message = slots > 0 ? { ...place, key: fromHex(self) } : place
    // It knows of ourselves by this; who is below us it has to be told.
    link.toldRoom ??= freeSlots > 0 ? `${self} ${Math.min(freeSlots, 3)}` : ''
    perform({ type: 'send', key, message })
  }

  /** Audio over our link, or heads only. */
  subscribe(key: string, swarm: boolean): void {
    const paths = { swarm, webrtc: false }
    const message = { type: 'subscribe', channel: this.#channel, variant: 0, paths } as const
    this.#options.perform({ type: 'send', key, message })
  }

  /** Our children came or went, or told of room below them. Returns true when the parent is to be told at `tellMs`. */
  roomChanged(link: ParentLink, nowMs: number): boolean {
    // It believes that we serve nobody, and has no key to send others to.
    if (link.toldSlots === 0 && this.#options.slots().slots > 0) this.reserve(link, nowMs)
    if (link.tellMs < Infinity) return false
    link.tellMs = Math.max(nowMs, link.toldMs + TELL_ROOM_MS, this.#inheritedMs + INHERITED_MS)
    return true
  }

  /** We are about to have the place of another one, and whoever fed others below it. */
  inherits(nowMs: number): void {
    this.#inheritedMs = nowMs
  }

  /** Names one alone: to our parent the heir of our place, and to the heir our parent. */
  name(other: string, depth: number, to: string): void {
    const parents = [{ key: fromHex(other), depth: Math.min(depth, LIMITS.maxHops), freeSlots: 1, rttMs: 0 }]
    const message = { type: 'parents', channel: this.#channel, parents } as const
    this.#options.perform({ type: 'send', key: to, message })
  }

  /** If it is another one than was told. */
  tellRoom(link: ParentLink, nowMs: number): void {
    link.tellMs = Infinity
    const parents = [...this.#options.room()]
    const told = roomOf(parents)
    if (told === link.toldRoom) return
    link.toldRoom = told
    link.toldMs = nowMs
    const message = { type: 'parents', channel: this.#channel, parents } as const
    this.#options.perform({ type: 'send', key: link.key, message })
  }
}

/** Enough to see whether it is news: of many free places one more or less is none. */
function roomOf(parents: readonly ParentHint[]): string {
  return parents.map(({ freeSlots, key }) => `${toHex(key)} ${Math.min(freeSlots, 3)}`).join()
}

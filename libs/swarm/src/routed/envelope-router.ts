import { type RoutedEnvelope, toHex } from '@pearcast/protocol'
import type { PeerLink } from '../peer-link.ts'
import { type Rate, TokenBucket } from '../rate-limit.ts'

/** Why envelopes were not passed on. */
export interface RouterStats {
  forwarded: number
  /** `from` is not the key of the link that brought it. */
  forged: number
  /** `to` is no open link of ours that it may go to. */
  unknown: number
  tooMany: number
}

/** One negotiation takes about 20 envelopes of 200 to 1500 bytes each way. */
const GUEST_ENVELOPES: Rate = { burst: 60, perSecond: 10 }
const GUEST_BYTES: Rate = { burst: 48 * 1024, perSecond: 8 * 1024 }
/** All guests together, well below what the station's end of our link takes for a flood. */
const ALL_ENVELOPES: Rate = { burst: 120, perSecond: 40 }
const ALL_BYTES: Rate = { burst: 96 * 1024, perSecond: 16 * 1024 }

/** Keys, time, length and signature. */
const OVERHEAD_BYTES = 137

/** What one side may send through us. */
class Allowance {
  readonly #envelopes: TokenBucket
  readonly #bytes: TokenBucket

  constructor(envelopes: Rate, bytes: Rate, nowMs: number) {
    this.#envelopes = new TokenBucket(envelopes, nowMs)
    this.#bytes = new TokenBucket(bytes, nowMs)
  }

  take(bytes: number, nowMs: number): boolean {
    return this.#envelopes.take(nowMs) && this.#bytes.take(nowMs, bytes)
  }
}

interface Guest {
  link: PeerLink
  sends: Allowance
  receives: Allowance
}

/**
 * Passes envelopes between a station and guests that cannot reach it: one hop, from one open and proven link of ours to
 * another, never back and never between guests. It does not look into them, and vouches for nothing but `from`: what
 * is in them is signed from end to end.
 */
export class EnvelopeRouter {
  readonly stats: RouterStats = { forwarded: 0, forged: 0, unknown: 0, tooMany: 0 }
  readonly #now: () => number
  readonly #guests = new Map<string, Guest>()
  readonly #all: Allowance
  #station: PeerLink | undefined

  /** `now`: unix time, ms. */
  constructor(now: () => number) {
    this.#now = now
    this.#all = new Allowance(ALL_ENVELOPES, ALL_BYTES, now())
  }

  /** Our own link to the station; the one before it is of no use any more. */
  setStation(link: PeerLink | undefined): void {
    if (this.#station) this.#station.onRouted = undefined
    this.#station = link
    if (link) link.onRouted = (envelope) => void this.route(link, envelope)
  }

  get guests(): number {
    return this.#guests.size
  }

  addGuest(link: PeerLink): void {
    const nowMs = this.#now()
    const allowance = (): Allowance => new Allowance(GUEST_ENVELOPES, GUEST_BYTES, nowMs)
    this.#guests.set(toHex(link.remoteKey), { link, sends: allowance(), receives: allowance() })
    link.onRouted = (envelope) => void this.route(link, envelope)
  }

  removeGuest(link: PeerLink): void {
    this.#guests.delete(toHex(link.remoteKey))
    link.onRouted = undefined
  }

  /** False when it was dropped; `stats` says why. */
  route(source: PeerLink, envelope: RoutedEnvelope): boolean {
    if (!sameKey(envelope.from, source.remoteKey)) return this.#drop('forged')
    const target = source === this.#station ? this.#toGuest(envelope) : this.#toStation(source, envelope)
    if (target === undefined) return this.#drop('unknown')
    const bytes = OVERHEAD_BYTES + envelope.payload.length
    const nowMs = this.#now()
    if (!target.allowance.take(bytes, nowMs) || !this.#all.take(bytes, nowMs)) return this.#drop('tooMany')
    target.link.send({ type: 'routed', envelope })
    this.stats.forwarded++
    return true
  }

  #toStation(source: PeerLink, { to }: RoutedEnvelope): { link: PeerLink; allowance: Allowance } | undefined {
    const guest = this.#guests.get(toHex(source.remoteKey))
    const station = this.#station
    if (guest?.link !== source || station?.isOpen !== true || !sameKey(to, station.remoteKey))
      return undefined
    return { link: station, allowance: guest.sends }
  }

  #toGuest({ to }: RoutedEnvelope): { link: PeerLink; allowance: Allowance } | undefined {
    const guest = this.#guests.get(toHex(to))
    return guest?.link.isOpen === true ? { link: guest.link, allowance: guest.receives } : undefined
  }

  #drop(why: 'forged' | 'unknown' | 'tooMany'): false {
    this.stats[why]++
    return false
  }
}

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

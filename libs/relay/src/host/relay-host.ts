import { createDriver, type MachineDriver } from '@pearcast/fsm'
import {
  type ControlMessage,
  fromHex,
  LIMITS,
  type ParentHint,
  type Reserve,
  toHex,
} from '@pearcast/protocol'
import { TimerTable } from '../timer-table.ts'
import { type HostLimits, judge, mostCopies, type Request } from './admission.ts'
import { Advert } from './advert.ts'
import { ChildPlace } from './child-place.ts'
import { hostMachine } from './machine.ts'
import { isActive, Places } from './places.ts'
import type { RelayHostOptions } from './ports.ts'
import { Referral } from './referral.ts'
import { Succession } from './succession.ts'
import type { HostContext, HostEffect, HostEvent, HostState, HostTimer } from './types.ts'

/** A reservation that is not used: somebody fills places. */
const UNUSED_MS = 5000
/** A warm second that starts may overdraw the budget by what the budget leaves free, for so long. */
const OVERDRAFT_MS = 10_000
const FULL_RETRY_MS = 5000
/** Who came for the place of another finds out by then whether the way from here is slower, and goes if so. */
const YIELD_MS = 3000
/** Below this a peer counts as a leaf: a relay with one child makes the tree deeper and no wider. */
const RELAY_SLOTS = 2
/** Asking for a place costs us an answer with a list: a key may do so this often. */
const ASK_EVERY_MS = 100
const MAX_ASKERS = 512
/** Of its lifetime, what a place has had when it is renewed in time; earlier there is news, or the link is another one. */
const IN_TIME_AFTER = 0.4
/** Of those with room, told to our parent: ourselves and so many below. */
const REPORTED = 7

type Driver = MachineDriver<HostContext, HostEvent, HostState>

/** Who has a place here. Pure: messages and the time go in, effects come out through `perform`. */
export class RelayHost {
  readonly #options: RelayHostOptions
  readonly #driver: Driver
  readonly #timers = new TimerTable<HostTimer>()
  readonly #places = new Places()
  readonly #askedMs = new Map<string, number>()
  readonly #advert = new Advert()
  readonly #succession = new Succession()
  #limits: HostLimits
  #nowMs = 0
  readonly #selfKey: Uint8Array
  readonly #referral: Referral
  /** The way that was told at the latest, and its bytes. */
  #told: { readonly ancestors: readonly string[]; readonly keys: Uint8Array[] } = { ancestors: [], keys: [] }
  /** When children beyond the limit have had their time; Infinity while there are none. */
  #overdrawnMs = Infinity

  constructor(options: RelayHostOptions) {
    this.#options = options
    this.#limits = options.limits
    this.#selfKey = fromHex(options.self)
    this.#referral = new Referral({
      places: () => this.#places.values(),
      feeds: (key) => this.feeds(key),
      depth: () => options.ancestors().length + 1,
      hints: options.hints,
    })
    const input = { fed: options.isRoot === true }
    this.#driver = createDriver(hostMachine, input, (effect) => this.#perform(effect))
    if (options.isRoot === true) this.#driver.send({ type: 'FIT' })
  }

  get state(): HostState {
    return this.#driver.snapshot().value
  }

  /** Transitions of its machine so far. */
  get transitions(): number {
    return this.#driver.taken
  }

  get children(): Iterable<ChildPlace> {
    return this.#places.values()
  }

  /** `key`: of its link. */
  isChild(key: string): boolean {
    return this.#places.has(key)
  }

  /** `key`: under which it can be dialled. */
  feeds(key: string): boolean {
    return this.#places.feeds(key)
  }

  get isFeeding(): boolean {
    return this.#places.size > 0
  }

  /** Children that this peer could serve and how many more than now; what `reserve` tells a parent. */
  get slots(): { readonly slots: number; readonly freeSlots: number } {
    if (this.state !== 'open' && this.state !== 'waiting') return { slots: 0, freeSlots: 0 }
    return { slots: this.#limits.maxChildren, freeSlots: this.#free }
  }

  get #free(): number {
    return Math.max(0, this.#limits.maxChildren - this.#places.activeCount)
  }

  /** The uplink was measured anew, or the user changed his mind. Children beyond the limit are moved. */
  setLimits(limits: HostLimits, nowMs: number): void {
    this.#nowMs = nowMs
    this.#limits = limits
    this.#moveOverdrawn(0)
    this.#advertise()
  }

  setFit(fit: boolean, nowMs: number): void {
    this.#send({ type: fit ? 'FIT' : 'UNFIT' }, nowMs)
  }

  setFed(fed: boolean, nowMs: number): void {
    if (fed !== this.#isFed) this.#send({ type: fed ? 'FED' : 'STARVED' }, nowMs)
  }

  drain(nowMs: number): void {
    this.#send({ type: 'DRAIN' }, nowMs)
    this.#tellEmpty()
  }

  stop(nowMs: number): void {
    this.#send({ type: 'STOP' }, nowMs)
  }

  /** Our own way changed: every child is told the way to it. */
  placeChanged(): void {
    for (const place of this.#places.values()) this.#tellWay(place)
  }

  message(key: string, prefix: string | undefined, message: ControlMessage, nowMs: number): void {
    this.#nowMs = nowMs
    if (message.type === 'reserve') this.#reserve(key, prefix, message)
    if (message.type === 'subscribe') {
      // Which path carries the audio is between the two ends of the link.
      const { swarm, webrtc } = message.paths
      this.#subscribe(key, prefix, message.channel, swarm || webrtc)
    }
    if (message.type === 'parents') this.#takeRoom(key, message.parents)
    if (message.type === 'bye') this.childGone(key, nowMs)
  }

  /**
   * Who of our branch has room, ourselves included: for our parent. Nobody while we may serve nobody. Without free slots it
   * is room for a relay: a leaf makes way for it.
   */
  get room(): ParentHint[] {
    if (this.state !== 'open') return []
    const below = this.#referral.report(REPORTED)
    const free = this.#free
    const depth = Math.min(this.#options.ancestors().length, LIMITS.maxHops)
    const hasRoom =
      free > 0 || this.#places.active().some(({ heir, slots }) => slots === 0 && heir === undefined)
    return hasRoom ? [{ key: this.#selfKey, depth, freeSlots: free, rttMs: 0 }, ...below] : below
  }

  #takeRoom(key: string, hints: readonly ParentHint[]): void {
    const place = this.#places.get(key)
    if (place === undefined || !place.mayBeAnswered(this.#nowMs)) return
    place.tellsRoom(hints, this.#options.ancestors().length + 1)
    this.#options.perform({ type: 'room' })
  }

  /** Its link is gone. */
  childGone(key: string, nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#places.has(key)) this.#drop(key)
  }

  /**
   * It does not keep up, or loses too much: it is sent elsewhere, and served until then.
   *
   * @param first where it is to ask before anywhere else
   */
  move(key: string, nowMs: number, first?: ParentHint): void {
    this.#nowMs = nowMs
    const place = this.#places.get(key)
    if (place === undefined || place.movingMs !== undefined) return
    place.movingMs = nowMs
    this.#places.timesChanged()
    this.#refer(key, place.channel, { isRelay: isRelayOf(place), first })
  }

  /** Before its children go: somebody below is to take our place, and serve those who feed others. */
  #handOver(): void {
    const heir = this.#isFed ? this.#succession.begin(this.#places.active(), this.#nowMs) : undefined
    if (heir === undefined) return this.#moveAll()
    const child = this.#places.active().find(({ at }) => at === heir.at)
    this.#options.perform({ type: 'hand-over', to: heir.at, link: child?.key })
  }

  #moveAll(): void {
    const places = this.#succession.end(this.#places.active(), this.#options.ancestors().length)
    if (this.state !== 'draining') return
    for (const [key, place] of places) this.move(key, this.#nowMs, place)
    for (const { key } of this.#places.values()) this.move(key, this.#nowMs)
  }

  /** It loses its place at once, and is told where else to go. */
  evict(key: string, nowMs: number): void {
    this.#nowMs = nowMs
    const place = this.#places.get(key)
    if (place === undefined) return
    this.#tellParents(place)
    this.#drop(key)
  }

  get nextMs(): number {
    const { dueMs } = this.#succession
    return Math.min(this.#timers.nextMs, this.#overdrawnMs, this.#advert.dueMs, this.#places.nextMs, dueMs)
  }

  advance(nowMs: number): void {
    this.#nowMs = nowMs
    if (nowMs < this.nextMs) return
    for (const place of this.#places.values()) {
      if (place.isOver(nowMs)) this.#drop(place.key)
      else if (nowMs >= place.yieldMs) this.#yield(place)
    }
    if (nowMs >= this.#succession.dueMs) this.#moveAll()
    if (nowMs >= this.#overdrawnMs) this.#moveOverdrawn(OVERDRAFT_MS)
    if (nowMs >= this.#advert.dueMs) this.#advertise()
    for (let id = this.#timers.take(nowMs); id !== undefined; id = this.#timers.take(nowMs)) {
      this.#driver.send({ type: 'timer', id })
      this.#tellEmpty()
    }
  }

  /** Who came for its place has it, or has gone again: then nothing has changed. */
  #yield(place: ChildPlace): void {
    const newcomer = this.#places.get(place.yieldsTo ?? '')
    place.yieldsTo = undefined
    place.yieldMs = Infinity
    this.#places.timesChanged()
    if (newcomer !== undefined && isActive(newcomer)) this.move(place.key, this.#nowMs)
  }

  #reserve(key: string, prefix: string | undefined, reserve: Reserve): void {
    const { channel, freeSlots, slots, standby } = reserve
    const at = reserve.key === undefined ? undefined : toHex(reserve.key)
    const place = this.#places.get(key)
    if (place !== undefined && place.movingMs === undefined) {
      this.#places.timesChanged()
      if (at !== place.at) this.#places.keysChanged()
      const isNews = place.renew(this.#nowMs + this.#limits.lifetimeMs, { at, slots, freeSlots })
      if (standby) place.standby = true
      if (isNews) this.#options.perform({ type: 'room' })
      if (place.mayBeAnswered(this.#nowMs)) this.#grant(place)
      return
    }
    if (this.#asksTooOften(key)) return
    if (this.#admit({ key, at, prefix, standby, slots, freeSlots }, channel, this.#limits.lifetimeMs)) {
      const granted = this.#places.get(key)
      if (granted !== undefined) this.#grant(granted)
    }
  }

  /** Who has lost its parent has no place in the tree to tell of. */
  get #isFed(): boolean {
    return this.#driver.snapshot().context.fed
  }

  /** False when it was refused, with somewhere else to go. */
  #admit(request: Request, channel: number, lifetimeMs: number): boolean {
    const { at, key, slots, standby } = request
    const isRelay = isRelayOf({ slots, standby })
    const blocked = at !== undefined && (this.#options.isParent(at) || this.#options.ancestors().includes(at))
    const deep = this.#options.ancestors().length >= LIMITS.maxHops
    if (this.state !== 'open' || !this.#isFed || blocked || deep) {
      this.#refer(key, channel, { isRelay })
      return false
    }
    const verdict = judge(request, this.#places.values(), this.#limits, this.#nowMs)
    if (verdict.admit && this.#options.hasRoom?.() === false) {
      this.#refer(key, channel, { isRelay, retryAfterMs: FULL_RETRY_MS })
      return false
    }
    if (!verdict.admit) {
      this.#refer(key, channel, { isRelay, retryAfterMs: verdict.retryAfterMs, takes: !standby })
      return false
    }
    const until = { expiresMs: this.#nowMs + lifetimeMs, unusedMs: this.#nowMs + UNUSED_MS }
    this.#places.add(new ChildPlace(request, channel, this.#nowMs, until))
    const displaced = this.#places.get(verdict.displace ?? '')
    // It will be told of the newcomer, who brought the place that it loses.
    if (displaced !== undefined) {
      displaced.yieldsTo = key
      displaced.yieldMs = this.#nowMs + YIELD_MS
      this.#places.timesChanged()
    }
    return true
  }

  #grant(place: ChildPlace): void {
    const { bytesPerS, lifetimeMs } = this.#limits
    const inTime = this.#nowMs - place.grantedMs >= lifetimeMs * IN_TIME_AFTER
    place.grantedMs = this.#nowMs
    if (!inTime || place.toldWay !== this.#options.ancestors()) this.#tellWay(place)
    this.#tell(place.key, {
      type: 'reserved',
      channel: place.channel,
      lifetimeMs,
      bytesPerS,
      freeSlots: this.#free,
    })
    if (inTime) this.#tellParents(place)
  }

  #subscribe(key: string, prefix: string | undefined, channel: number, audio: boolean): void {
    let place = this.#places.get(key)
    if (place === undefined) {
      // A listener that knows nothing of relays: it reserves by subscribing.
      if (!this.#admit({ key, prefix, standby: !audio, slots: 0, freeSlots: 0 }, channel, Infinity)) return
      place = this.#places.get(key)
    }
    if (place === undefined) return
    const warm = place.subscribed && place.standby && audio
    if (audio && place.standby && place.movingMs === undefined && !this.#mayStart())
      return this.move(key, this.#nowMs)
    place.subscribe(audio, this.#nowMs)
    this.#places.timesChanged()
    this.#advertise()
    this.#moveOverdrawn(OVERDRAFT_MS)
    const { bytesPerS } = this.#limits
    this.#options.perform({ type: 'serve', key, channel: place.channel, audio, warm, bytesPerS })
  }

  /** A warm second is let in beyond the limit for a while: it has nobody else just now. */
  #mayStart(): boolean {
    return this.#places.sendingCount < mostCopies(this.#limits.maxChildren)
  }

  /** Those that came last, leaves first, once they have had their time. */
  #moveOverdrawn(afterMs: number): void {
    const active = this.#places.active()
    const surplus = active.length - this.#limits.maxChildren
    this.#overdrawnMs = surplus > 0 ? this.#nowMs + 1000 : Infinity
    if (surplus <= 0) return
    // Not by how many they serve: with who has been here for long a whole branch would go down.
    const rank = ({ slots }: ChildPlace): number => (slots > 0 ? 1 : 0)
    const latest = active.toSorted((a, b) => rank(a) - rank(b) || b.activeMs - a.activeMs).slice(0, surplus)
    for (const { activeMs, key } of latest) if (this.#nowMs - activeMs >= afterMs) this.move(key, this.#nowMs)
  }

  #refer(
    key: string,
    channel: number,
    {
      isRelay,
      retryAfterMs = 1000,
      takes = true,
      first,
    }: { isRelay: boolean; retryAfterMs?: number; takes?: boolean; first?: ParentHint | undefined },
  ): void {
    const parents = this.#referral.namesFor(this.#places.get(key) ?? key, { isRelay, takes })
    if (first !== undefined) parents.unshift(first)
    if (parents.length > 0) this.#tell(key, { type: 'parents', channel, parents })
    const reason = this.state === 'open' && this.#isFed ? 'full' : 'not-on-air'
    this.#tell(key, { type: 'refused', channel, reason, retryAfterMs })
  }

  #tellParents(place: ChildPlace): void {
    const parents = this.#referral.namesFor(place, { isRelay: isRelayOf(place), takes: false })
    if (parents.length > 0) this.#tell(place.key, { type: 'parents', channel: place.channel, parents })
  }

  #tellWay(place: ChildPlace): void {
    if (!this.#isFed) return
    const { channel, key } = place
    const ancestors = this.#options.ancestors()
    place.toldWay = ancestors
    // A way that is too long to tell is one that we serve nobody from.
    if (ancestors.length > LIMITS.maxHops) return this.move(key, this.#nowMs)
    if (ancestors !== this.#told.ancestors) this.#told = { ancestors, keys: ancestors.map(fromHex) }
    this.#tell(key, { type: 'ancestors', channel, keys: this.#told.keys })
  }

  #asksTooOften(key: string): boolean {
    const lastMs = this.#askedMs.get(key) ?? -Infinity
    this.#askedMs.delete(key)
    this.#askedMs.set(key, this.#nowMs)
    const oldest = this.#askedMs.keys().next().value
    if (this.#askedMs.size > MAX_ASKERS && oldest !== undefined) this.#askedMs.delete(oldest)
    return this.#nowMs - lastMs < ASK_EVERY_MS
  }

  #advertise(): void {
    const type = this.#advert.look(this.#free > 0, this.#nowMs, this.#options.ancestors().length)
    if (type !== undefined) this.#options.perform({ type })
  }

  #drop(key: string): void {
    this.#places.delete(key)
    this.#advertise()
    this.#options.perform({ type: 'unserve', key })
    this.#tellEmpty()
  }

  #tellEmpty(): void {
    if (this.#places.size === 0 && this.state === 'draining') this.#driver.send({ type: 'EMPTY' })
  }

  #tell(key: string, message: ControlMessage): void {
    this.#options.perform({ type: 'send', key, message })
  }

  #send(event: HostEvent, nowMs: number): void {
    this.#nowMs = nowMs
    this.#driver.send(event)
    this.#tellEmpty()
  }

  #perform(effect: HostEffect): void {
    switch (effect.type) {
      case 'announce':
      case 'unannounce':
        this.#advert.setOpen(effect.type === 'announce')
        return this.#advertise()
      case 'drained':
        return this.#options.perform(effect)
      case 'move-all':
        return this.#handOver()
      case 'drop-all':
        for (const { key } of this.#places.values()) this.#drop(key)
        return
      case 'start-timer':
        return this.#timers.start(effect.id, effect.ms, this.#nowMs)
      case 'stop-timer':
        return this.#timers.stop(effect.id)
    }
  }
}

/** It asks for audio, and would serve others. */
function isRelayOf({ slots, standby }: Pick<Request, 'slots' | 'standby'>): boolean {
  return !standby && slots >= RELAY_SLOTS
}

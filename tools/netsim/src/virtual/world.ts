import type { ControlMessage } from '@pearcast/protocol'
import type { RelayEffect } from '@pearcast/relay'
import { forkRandom, type Random, seededRandom } from '../random.ts'
import { Agenda } from './agenda.ts'
import { EventLog } from './event-log.ts'
import { FrameMedia } from './frames.ts'
import { IntervalMedia } from './intervals.ts'
import { Link } from './link.ts'
import type { Media } from './media.ts'
import { delayBetween } from './places.ts'
import { reachOf } from './reach.ts'
import { Source } from './source.ts'
import { type Person, VirtualPeer } from './virtual-peer.ts'

export interface WorldOptions {
  readonly seed: number
  /** Frame by frame instead of intervals: the same world, slowly. */
  readonly media?: 'intervals' | 'frames'
  readonly broadcaster: Person
}

/** A search in the DHT. */
const SEARCH_MS = 120
/** A DHT node answers at most so many entries of a topic. */
const TOPIC_ENTRIES = 20
/** Hole punching, besides two round trips; and what guessing a port takes at least and at most (measured in the lab). */
const PUNCH_MS = 60
const GUESS_MS = { least: 700, most: 12_000 }
/** A dial that nobody answers, and the keep-alive of a link whose other end vanished. */
const DIAL_TIMEOUT_MS = 4000
const KEEP_ALIVE_MS = 10_000

/**
 * A broadcaster and any number of listeners in virtual time: the peers of libs/relay, their connections through NATs,
 * discovery, partitions, leaving with and without a word. The same seed gives the same story, event by event.
 */
export class World {
  readonly agenda: Agenda = new Agenda()
  readonly source: Source
  readonly log: EventLog = new EventLog()
  readonly root: VirtualPeer
  /** By their number; those who left included. */
  readonly peers: VirtualPeer[] = []
  /** Control messages that were sent, dials, and dials that failed. */
  messages = 0
  dials = 0
  failedDials = 0
  readonly random: Random
  readonly #byKey = new Map<string, VirtualPeer>()
  readonly #announced: VirtualPeer[] = []
  readonly #media: Media
  readonly #frames: FrameMedia | undefined
  readonly #deaf = new Set<VirtualPeer>()
  #isCut: ((a: VirtualPeer, b: VirtualPeer) => boolean) | undefined

  constructor({ seed, broadcaster, media = 'intervals' }: WorldOptions) {
    this.random = seededRandom(seed)
    this.source = new Source(FIRST_FRAME_MS)
    const wake = (peer: VirtualPeer): void => this.#settle(peer)
    this.#frames = media === 'frames' ? new FrameMedia(this.agenda, this.source, wake) : undefined
    this.#media = this.#frames ?? new IntervalMedia(this.agenda, this.source, wake)
    this.root = this.#add(broadcaster, true)
    this.#start(this.root)
  }

  get listeners(): VirtualPeer[] {
    return this.peers.filter(({ alive, isRoot }) => alive && !isRoot)
  }

  /** Another listener, from now on. */
  join(person: Person): VirtualPeer {
    const peer = this.#add(person, false)
    this.log.note(this.agenda.nowMs, 'join', peer.id)
    this.#start(peer)
    return peer
  }

  /** It says goodbye, and goes when its children have other parents. */
  leave(peer: VirtualPeer): void {
    if (!peer.alive || peer.leftMs !== undefined) return
    peer.leftMs = this.agenda.nowMs
    this.log.note(this.agenda.nowMs, 'leave', peer.id)
    this.#do(peer, () => peer.relay.drain(this.agenda.nowMs))
  }

  /** It vanishes without a word. */
  vanish(peer: VirtualPeer): void {
    if (!peer.alive) return
    peer.leftMs ??= this.agenda.nowMs
    this.log.note(this.agenda.nowMs, 'vanish', peer.id)
    this.#end(peer)
    this.#media.voiceChanged(peer)
    const links = [...peer.above.values(), ...peer.below.values()]
    this.agenda.after(KEEP_ALIVE_MS, () => {
      for (const link of links) this.#close(link)
    })
  }

  /** Tells everybody what came until now, so that ears and lineages can be read. */
  catchUp(): void {
    for (const peer of this.peers) {
      // What comes may make another one its parent.
      if (peer.relay.client.next !== undefined) this.#do(peer, () => undefined)
      else if (peer.alive) this.#media.before(peer)
    }
  }

  /** How long a listener has had nothing new; 0 for who never heard anything. */
  silentMs(peer: VirtualPeer): number {
    return peer.ears.silentMs(this.source, this.agenda.nowMs, this.#media.heard(peer))
  }

  stall(): void {
    this.log.note(this.agenda.nowMs, 'fault', 0, 1)
    this.source.stall(this.agenda.nowMs)
  }

  resume(): void {
    this.log.note(this.agenda.nowMs, 'fault', 0, 2)
    this.source.resume(this.agenda.nowMs)
    // Whoever waits for a first frame waits for another moment now.
    for (const peer of this.peers) if (peer.alive) this.#settle(peer)
  }

  /** Nothing passes between two peers for which this is true; without it, everything does again. */
  cut(isCut?: (a: VirtualPeer, b: VirtualPeer) => boolean): void {
    this.log.note(this.agenda.nowMs, 'fault', 0, 3)
    this.#isCut = isCut
    for (const peer of this.peers) {
      for (const link of peer.above.values()) {
        const cut = this.#isApart(link.dialer, link.host)
        if (cut === link.isCut) continue
        link.isCut = cut
        this.#media.refresh(link)
        if (cut) this.agenda.after(KEEP_ALIVE_MS, () => link.isCut && this.#close(link))
      }
    }
  }

  /** Nothing reaches this one any more, and no mending helps. */
  deafen(peer: VirtualPeer): void {
    this.#deaf.add(peer)
    this.cut(this.#isCut)
  }

  #add(person: Person, isRoot: boolean): VirtualPeer {
    const peer = new VirtualPeer({
      ...person,
      id: this.peers.length,
      isRoot,
      inStretches: this.#frames === undefined,
      random: forkRandom(this.random),
      perform: (from, effect) => this.#perform(from, effect),
      wake: (woken) => this.#wake(woken),
      sendFrame: (from, child, frame, hops) => {
        const link = from.below.get(child)
        if (link !== undefined && from.alive) this.#frames?.sendFrame(link, frame, hops)
        return true
      },
      sendBeat: (from, child, headSeq) => {
        const link = from.below.get(child)
        if (link !== undefined && from.alive) this.#frames?.sendBeat(link, headSeq)
      },
    })
    this.peers.push(peer)
    this.#byKey.set(peer.key, peer)
    return peer
  }

  #start(peer: VirtualPeer): void {
    peer.joinedMs = this.agenda.nowMs
    this.#media.start(peer)
    this.#do(peer, () => peer.relay.start(this.agenda.nowMs))
  }

  /** Every input of a peer: first it is told what came, then it decides, then others see what became of it. */
  #do(peer: VirtualPeer, input: () => void): void {
    if (!peer.alive) return
    this.#media.before(peer)
    input()
    this.#media.after(peer)
    this.#settle(peer)
  }

  /** An input after which a peer has the parents that it had, and for which it need not know what came. */
  #hint(peer: VirtualPeer, input: () => void): void {
    if (!peer.alive) return
    input()
    this.#settle(peer)
  }

  #settle(peer: VirtualPeer): void {
    if (peer.speaks !== peer.spoke) {
      peer.spoke = peer.speaks
      this.#media.voiceChanged(peer)
    }
    if (!peer.alive) return
    const nextMs = Math.ceil(Math.min(peer.relay.nextMs, this.#media.nextMs(peer)))
    if (nextMs >= peer.wakeMs || nextMs === Infinity) return
    const atMs = Math.max(nextMs, this.agenda.nowMs + 1)
    peer.wakeMs = atMs
    this.agenda.at(atMs, peer.wake)
  }

  #wake(peer: VirtualPeer): void {
    const { nowMs } = this.agenda
    // An earlier one took its place.
    if (peer.wakeMs !== nowMs) return
    peer.wakeMs = Infinity
    const { relay } = peer
    const isDue = relay.nextMs <= nowMs
    // What it was to be woken for has been put off.
    if (!isDue && relay.client.next === undefined) return this.#settle(peer)
    if (!isDue && this.#media.putsOff(peer)) {
      this.#media.after(peer)
      return this.#settle(peer)
    }
    this.#do(peer, () => relay.advance(nowMs))
  }

  #perform(peer: VirtualPeer, effect: RelayEffect): void {
    switch (effect.type) {
      case 'search':
        return this.#search(peer)
      case 'connect':
        return this.#dial(peer, effect.key)
      case 'disconnect': {
        const link = peer.above.get(effect.key)
        return link === undefined ? undefined : this.#hangUp(link, peer)
      }
      case 'send':
        return this.#send(peer, effect.key, effect.message)
      case 'announce':
        return this.#announce(peer)
      case 'unannounce':
        return this.#unannounce(peer)
      case 'parent':
        if (effect.key !== undefined && effect.cause !== 'first') {
          peer.reparents++
          if (effect.cause !== 'better' && effect.cause !== 'withdrawn') peer.forced++
        }
        return this.log.note(this.agenda.nowMs, 'parent', peer.id, this.#idOf(effect.key))
      case 'child': {
        const link = peer.below.get(effect.key)
        if (link === undefined) return
        link.serves = effect.audio ? 'audio' : 'heads'
        this.log.note(this.agenda.nowMs, 'serve', peer.id, effect.audio ? link.dialer.id : -link.dialer.id)
        return this.#media.serve(link, effect.audio, effect.warm)
      }
      case 'child-left': {
        const link = peer.below.get(effect.key)
        return link === undefined ? undefined : this.#hangUp(link, peer)
      }
      case 'drained':
        // Not from within its own effect.
        return this.agenda.after(0, () => this.#finish(peer))
      case 'distrusted':
      case 'place':
        return
    }
  }

  #finish(peer: VirtualPeer): void {
    if (!peer.alive) return
    this.#do(peer, () => peer.relay.stop(this.agenda.nowMs))
    for (const link of [...peer.above.values(), ...peer.below.values()]) this.#hangUp(link, peer)
    this.#end(peer)
  }

  #end(peer: VirtualPeer): void {
    peer.alive = false
    this.#byKey.delete(peer.key)
    this.#unannounce(peer)
  }

  #search(peer: VirtualPeer): void {
    this.agenda.after(SEARCH_MS, () => {
      this.#hint(peer, () => {
        const { nowMs } = this.agenda
        const helpers = this.#announced
        for (let i = 0; i < Math.min(TOPIC_ENTRIES, helpers.length); i++) {
          const helper = helpers[Math.floor(peer.random() * helpers.length)]
          if (helper !== undefined) peer.relay.learn({ key: helper.key, source: 'topic' }, nowMs)
        }
        peer.relay.learn({ key: this.root.key, source: 'record', depth: 0 }, nowMs)
      })
    })
  }

  #dial(peer: VirtualPeer, key: string): void {
    const host = this.#byKey.get(key)
    const before = peer.above.get(key)
    const { nowMs } = this.agenda
    if (before?.state === 'up') {
      this.agenda.after(0, () => {
        this.#do(peer, () => peer.relay.linkUp(key, { rttMs: 2 * before.delayMs }, this.agenda.nowMs))
      })
      return
    }
    this.dials++
    const link = new Link(peer, host ?? this.root, host === undefined ? 0 : delayBetween(peer, host))
    peer.above.set(key, link)
    const takesMs = host === undefined ? undefined : this.#meetsAfterMs(link)
    this.agenda.at(nowMs + (takesMs ?? DIAL_TIMEOUT_MS), () => {
      if (link.state !== 'dialing') return
      if (takesMs === undefined || !link.host.alive || this.#isApart(peer, link.host)) {
        return this.#fail(link, key)
      }
      link.state = 'up'
      link.host.answered++
      link.host.below.set(peer.linkKey, link)
      this.log.note(this.agenda.nowMs, 'up', peer.id, link.host.id)
      const news = { rttMs: 2 * link.delayMs, prefix: link.host.prefix }
      this.#do(peer, () => peer.relay.linkUp(key, news, this.agenda.nowMs))
    })
  }

  /** Undefined when they never do. */
  #meetsAfterMs({ delayMs, dialer, host }: Link): number | undefined {
    const reach = reachOf(dialer.person.nat, host.person.nat)
    if (reach === 'never' || this.#isApart(dialer, host)) return undefined
    const luck = GUESS_MS.least + dialer.random() * (GUESS_MS.most - GUESS_MS.least)
    return PUNCH_MS + 4 * delayMs + (reach === 'birthday' ? luck : 0)
  }

  #fail(link: Link, key: string): void {
    const { dialer } = link
    this.failedDials++
    link.state = 'closed'
    if (dialer.above.get(key) === link) dialer.above.delete(key)
    this.#do(dialer, () => dialer.relay.linkDown(key, this.agenda.nowMs))
  }

  /** One side closes; the other one sees it after the delay. */
  #hangUp(link: Link, by: VirtualPeer): void {
    const wasUp = link.state === 'up'
    this.#forget(link, by)
    if (!wasUp) return
    const other = by === link.dialer ? link.host : link.dialer
    this.agenda.after(link.delayMs, () => this.#lost(link, other))
  }

  /** Both sides find out. */
  #close(link: Link): void {
    if (link.state !== 'up') return
    this.#forget(link, link.host)
    this.#lost(link, link.dialer)
    this.#lost(link, link.host)
  }

  #forget(link: Link, by: VirtualPeer): void {
    const { dialer, host } = link
    if (link.state === 'closed') return
    this.log.note(this.agenda.nowMs, 'down', dialer.id, host.id)
    // What came until now is still told; who acts was told before.
    if (dialer.alive && by !== dialer) this.#media.before(dialer)
    link.state = 'closed'
    link.serves = 'nothing'
    link.gets = 'nothing'
    for (const [key, each] of dialer.above) if (each === link) dialer.above.delete(key)
    if (host.below.get(dialer.linkKey) === link) host.below.delete(dialer.linkKey)
  }

  #lost({ dialer, host }: Link, who: VirtualPeer): void {
    const { nowMs } = this.agenda
    if (who === dialer) {
      if (!dialer.above.has(host.key)) this.#do(dialer, () => dialer.relay.linkDown(host.key, nowMs))
    } else if (!host.below.has(dialer.linkKey)) {
      this.#do(host, () => host.relay.linkDown(dialer.linkKey, nowMs))
    }
  }

  #send(from: VirtualPeer, key: string, message: ControlMessage): void {
    // Whom it dials and who dials it have keys of their own.
    const isUp = from.above.has(key)
    const link = isUp ? from.above.get(key) : from.below.get(key)
    if (link?.state !== 'up') return
    this.messages++
    const to = isUp ? link.host : link.dialer
    this.log.note(this.agenda.nowMs, 'message', from.id, to.id)
    if (link.isCut) return
    const last = isUp ? link.toHost : link.toDialer
    // What is said at once comes at once.
    if (last?.sentMs === this.agenda.nowMs) {
      last.messages.push(message)
      return
    }
    const parcel = { sentMs: this.agenda.nowMs, messages: [message] }
    if (isUp) link.toHost = parcel
    else link.toDialer = parcel
    const sender = isUp ? from.linkKey : from.key
    this.agenda.after(link.delayMs, () => {
      const { messages } = parcel
      if (link.toHost === parcel) link.toHost = undefined
      else if (link.toDialer === parcel) link.toDialer = undefined
      const take = (): void => {
        for (const each of messages) {
          if (link.state === 'up') to.relay.message(sender, from.prefix, each, this.agenda.nowMs)
        }
      }
      if (link.state !== 'up') return
      if (messages.every(isHint)) this.#hint(to, take)
      else this.#do(to, take)
    })
  }

  readonly #isApart = (a: VirtualPeer, b: VirtualPeer): boolean =>
    this.#isCut?.(a, b) === true || (this.#deaf.size > 0 && (this.#deaf.has(a) || this.#deaf.has(b)))

  #announce(peer: VirtualPeer): void {
    if (peer.isRoot || peer.announcedAt >= 0) return
    peer.announcedAt = this.#announced.push(peer) - 1
  }

  #unannounce(peer: VirtualPeer): void {
    const at = peer.announcedAt
    if (at < 0) return
    peer.announcedAt = -1
    const last = this.#announced.pop()
    if (last === undefined || last === peer) return
    this.#announced[at] = last
    last.announcedAt = at
  }

  #idOf(key: string | undefined): number {
    return key === undefined ? -1 : (this.#byKey.get(key)?.id ?? -1)
  }
}

/** Where else to go, and what is asked of a host: no parent is left or taken at once because of that. */
function isHint({ type }: ControlMessage): boolean {
  return type === 'parents' || type === 'reserve' || type === 'subscribe'
}

const FIRST_FRAME_MS = 20

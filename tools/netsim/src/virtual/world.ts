import type { ControlMessage } from '@pearcast/protocol'
import type { RelayEffect } from '@pearcast/relay'
import { forkRandom, type Random, seededRandom } from '../random.ts'
import { Agenda } from './agenda.ts'
import { Connections, type IsCut } from './connections.ts'
import { EventLog } from './event-log.ts'
import { FrameMedia } from './frames.ts'
import { IntervalMedia } from './intervals.ts'
import type { Media } from './media.ts'
import { Source } from './source.ts'
import { Topic } from './topic.ts'
import { type Person, VirtualPeer } from './virtual-peer.ts'

export interface WorldOptions {
  readonly seed: number
  /** Frame by frame instead of intervals: the same world, slowly. */
  readonly media?: 'intervals' | 'frames'
  readonly broadcaster: Person
}

/** A search in the DHT. */
const SEARCH_MS = 120
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
  /** Control messages that were sent. */
  messages = 0
  readonly random: Random
  readonly #byKey = new Map<string, VirtualPeer>()
  readonly #topic = new Topic()
  readonly #connections: Connections
  readonly #media: Media
  readonly #frames: FrameMedia | undefined

  constructor({ seed, broadcaster, media = 'intervals' }: WorldOptions) {
    this.random = seededRandom(seed)
    this.source = new Source(FIRST_FRAME_MS)
    const wake = (peer: VirtualPeer): void => this.#settle(peer)
    this.#frames = media === 'frames' ? new FrameMedia(this.agenda, this.source, wake) : undefined
    this.#media = this.#frames ?? new IntervalMedia(this.agenda, this.source, wake)
    this.root = this.#add(broadcaster, true)
    this.#connections = new Connections({
      agenda: this.agenda,
      log: this.log,
      media: this.#media,
      find: (key) => this.#byKey.get(key),
      nobody: this.root,
      tell: (peer, input) => this.#do(peer, input),
    })
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
    this.#connections.abandon([...peer.above.values(), ...peer.below.values()])
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
  cut(isCut?: IsCut): void {
    this.log.note(this.agenda.nowMs, 'fault', 0, 3)
    this.#connections.cut(this.peers, isCut)
  }

  /** Nothing reaches this one any more, and no mending helps. */
  deafen(peer: VirtualPeer): void {
    this.log.note(this.agenda.nowMs, 'fault', 0, 3)
    this.#connections.deafen(this.peers, peer)
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
        return this.#connections.dial(peer, effect.key)
      case 'disconnect': {
        const link = peer.above.get(effect.key)
        return link === undefined ? undefined : this.#connections.hangUp(link, peer)
      }
      case 'send':
        return this.#send(peer, effect.key, effect.message)
      case 'announce':
        return this.#topic.announce(peer)
      case 'unannounce':
        return this.#topic.unannounce(peer)
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
        return link === undefined ? undefined : this.#connections.hangUp(link, peer)
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
    for (const link of [...peer.above.values(), ...peer.below.values()]) this.#connections.hangUp(link, peer)
    this.#end(peer)
  }

  #end(peer: VirtualPeer): void {
    peer.alive = false
    this.#byKey.delete(peer.key)
    this.#topic.unannounce(peer)
  }

  #search(peer: VirtualPeer): void {
    this.agenda.after(SEARCH_MS, () => {
      this.#hint(peer, () => {
        const { nowMs } = this.agenda
        this.#topic.find(peer, ({ key }) => peer.relay.learn({ key, source: 'topic' }, nowMs))
        peer.relay.learn({ key: this.root.key, source: 'record', depth: 0 }, nowMs)
      })
    })
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

  #idOf(key: string | undefined): number {
    return key === undefined ? -1 : (this.#byKey.get(key)?.id ?? -1)
  }
}

/** Where else to go, and what is asked of a host: no parent is left or taken at once because of that. */
function isHint({ type }: ControlMessage): boolean {
  return type === 'parents' || type === 'reserve' || type === 'subscribe'
}

const FIRST_FRAME_MS = 20

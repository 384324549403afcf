import type { Agenda } from './agenda.ts'
import type { EventLog } from './event-log.ts'
import { Link } from './link.ts'
import type { Media } from './media.ts'
import { delayBetween } from './places.ts'
import { reachOf } from './reach.ts'
import type { VirtualPeer } from './virtual-peer.ts'

/** Hole punching, besides two round trips; and what guessing a port takes at least and at most (measured in the lab). */
const PUNCH_MS = 60
const GUESS_MS = { least: 700, most: 12_000 }
/** A dial that nobody answers, and the keep-alive of a link whose other end vanished. */
const DIAL_TIMEOUT_MS = 4000
const KEEP_ALIVE_MS = 10_000

interface ConnectionsOptions {
  readonly agenda: Agenda
  readonly log: EventLog
  readonly media: Media
  /** Who can be dialled under a key. */
  readonly find: (key: string) => VirtualPeer | undefined
  /** Stands in for whoever cannot be found any more. */
  readonly nobody: VirtualPeer
  /** An input of a peer. */
  readonly tell: (peer: VirtualPeer, input: () => void) => void
}

/** Whether nothing passes between two peers. */
export type IsCut = (a: VirtualPeer, b: VirtualPeer) => boolean

/** Links between peers: dialled through their NATs, closed by one side, lost by both, cut and mended. */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #deaf = new Set<VirtualPeer>()
  #isCut: IsCut | undefined

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  dial(peer: VirtualPeer, key: string): void {
    const { agenda, find, log, nobody, tell } = this.#options
    const host = find(key)
    const before = peer.above.get(key)
    if (before?.state === 'up') {
      const news = { rttMs: 2 * before.delayMs }
      agenda.after(0, () => tell(peer, () => peer.relay.linkUp(key, news, agenda.nowMs)))
      return
    }
    const link = new Link(peer, host ?? nobody, host === undefined ? 0 : delayBetween(peer, host))
    peer.above.set(key, link)
    const takesMs = host === undefined ? undefined : this.#meetsAfterMs(link)
    agenda.after(takesMs ?? DIAL_TIMEOUT_MS, () => {
      if (link.state !== 'dialing') return
      if (takesMs === undefined || !link.host.alive || this.#isApart(peer, link.host)) {
        return this.#fail(link, key)
      }
      link.state = 'up'
      link.host.answered++
      link.host.below.set(peer.linkKey, link)
      log.note(agenda.nowMs, 'up', peer.id, link.host.id)
      const news = { rttMs: 2 * link.delayMs, prefix: link.host.prefix }
      tell(peer, () => peer.relay.linkUp(key, news, agenda.nowMs))
    })
  }

  /** One side closes; the other one sees it after the delay. */
  hangUp(link: Link, by: VirtualPeer): void {
    const wasUp = link.state === 'up'
    this.#forget(link, by)
    if (!wasUp) return
    const other = by === link.dialer ? link.host : link.dialer
    this.#options.agenda.after(link.delayMs, () => this.#lost(link, other))
  }

  /** One of them has vanished: the others find out when nothing keeps their links alive. */
  abandon(links: readonly Link[]): void {
    this.#options.agenda.after(KEEP_ALIVE_MS, () => {
      for (const link of links) this.#close(link)
    })
  }

  /** Nothing passes between two peers for which this is true; without it, everything does again. */
  cut(peers: readonly VirtualPeer[], isCut?: IsCut): void {
    const { agenda, media } = this.#options
    this.#isCut = isCut
    for (const peer of peers) {
      for (const link of peer.above.values()) {
        const cut = this.#isApart(link.dialer, link.host)
        if (cut === link.isCut) continue
        link.isCut = cut
        media.refresh(link)
        if (cut) agenda.after(KEEP_ALIVE_MS, () => link.isCut && this.#close(link))
      }
    }
  }

  /** Nothing reaches this one any more, and no mending helps. */
  deafen(peers: readonly VirtualPeer[], peer: VirtualPeer): void {
    this.#deaf.add(peer)
    this.cut(peers, this.#isCut)
  }

  readonly #isApart: IsCut = (a, b) =>
    this.#isCut?.(a, b) === true || (this.#deaf.size > 0 && (this.#deaf.has(a) || this.#deaf.has(b)))

  /** Undefined when they never do. */
  #meetsAfterMs({ delayMs, dialer, host }: Link): number | undefined {
    const reach = reachOf(dialer.person.nat, host.person.nat)
    if (reach === 'never' || this.#isApart(dialer, host)) return undefined
    const luck = GUESS_MS.least + dialer.random() * (GUESS_MS.most - GUESS_MS.least)
    return PUNCH_MS + 4 * delayMs + (reach === 'birthday' ? luck : 0)
  }

  #fail(link: Link, key: string): void {
    const { agenda, tell } = this.#options
    const { dialer } = link
    link.state = 'closed'
    if (dialer.above.get(key) === link) dialer.above.delete(key)
    tell(dialer, () => dialer.relay.linkDown(key, agenda.nowMs))
  }

  /** Both sides find out. */
  #close(link: Link): void {
    if (link.state !== 'up') return
    this.#forget(link, link.host)
    this.#lost(link, link.dialer)
    this.#lost(link, link.host)
  }

  #forget(link: Link, by: VirtualPeer): void {
    const { agenda, log, media } = this.#options
    const { dialer, host } = link
    if (link.state === 'closed') return
    log.note(agenda.nowMs, 'down', dialer.id, host.id)
    // What came until now is still told; who acts was told before.
    if (dialer.alive && by !== dialer) media.before(dialer)
    link.state = 'closed'
    link.serves = 'nothing'
    link.gets = 'nothing'
    for (const [key, each] of dialer.above) if (each === link) dialer.above.delete(key)
    if (host.below.get(dialer.linkKey) === link) host.below.delete(dialer.linkKey)
  }

  #lost({ dialer, host }: Link, who: VirtualPeer): void {
    const { agenda, tell } = this.#options
    const { nowMs } = agenda
    if (who === dialer) {
      if (!dialer.above.has(host.key)) tell(dialer, () => dialer.relay.linkDown(host.key, nowMs))
    } else if (!host.below.has(dialer.linkKey)) {
      tell(host, () => host.relay.linkDown(dialer.linkKey, nowMs))
    }
  }
}

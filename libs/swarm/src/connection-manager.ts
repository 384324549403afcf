import {
  compareTerm,
  type ControlMessage,
  fromHex,
  keyId,
  type Sodium,
  type StationLink,
  stationTopic,
  toHex,
} from '@pearcast/protocol'
import {
  createDriver,
  type ReconnectEffect,
  type ReconnectEvent,
  type ReconnectState,
  reconnectMachine,
} from '@pearcast/session-fsm'
import { Dial, type DialFailure } from './dial.ts'
import { DialRoutes } from './dial-routes.ts'
import type { DhtNode } from './dht-node.ts'
import { type Found, Search } from './discovery.ts'
import type { Term } from './handshake.ts'
import { ImpostorList } from './impostor-list.ts'
import type { LinkEnd, PeerLink } from './peer-link.ts'
import { RoutedLink } from './routed/routed-link.ts'
import { RouteSeeker } from './routed/route-seeker.ts'
import { setGlobalTimer, type SetTimer } from './timer.ts'

export type ConnectionEvent =
  | { type: 'searching' | 'reconnecting' | 'off-air'; attempt: number }
  | { type: 'attempt-failed'; id: string; code: string; detail: string }
  /** Somebody announced under the station's topic without being the station. Said once a key and minute. */
  | { type: 'impostor'; id: string; detail: string }
  /** The link that carries the station ended; the search goes on. */
  | { type: 'link-lost'; id: string; end: LinkEnd }

export interface ConnectionManagerOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role?: 'listener' | 'relay'
  /** Where dials do not reach the station, ask a peer in between: needs WebRTC. Default false. */
  routes?: boolean
  /** The newest (generation, term) heard so far; older ones are refused. */
  minTerm?: Term
  /**
   * What the station is asked together with our proof, while there is no other link: it saves a round trip. What it answers
   * comes with or after `onLink`.
   */
  opening?: () => readonly ControlMessage[]
  /** A proven link: the only one from now on. The one before it closes right after this call. */
  onLink: (link: PeerLink) => void
  onEvent?: (event: ConnectionEvent) => void
  /** Spreads the redials of an audience over so many ms after a lost link; default 500. */
  jitterMs?: number
  /** How long one dial may take, ms; birthday punches need 35 s. */
  dialTimeoutMs?: number
  handshakeTimeoutMs?: number
  /** Unix time, ms. */
  now?: () => number
  setTimer?: SetTimer
  random?: () => number
}

const JITTER_MS = 500
const DIAL_TIMEOUT_MS = 40_000
const HANDSHAKE_TIMEOUT_MS = 5000
/** How long a dial is left in peace by searches, ms. */
const DIAL_PATIENCE_MS = 4000
/** When a search joins the redial of a suspect link, ms: most often the station has not moved. */
const SUSPECT_SEARCH_MS = 1000

/** The listener's side: finds the station, holds one proven link to it, and never gives up while it is wanted. */
export class ConnectionManager {
  readonly #options: ConnectionManagerOptions
  readonly #now: () => number
  readonly #setTimer: SetTimer
  readonly #random: () => number
  readonly #topic: Uint8Array
  readonly #driver: { send(event: ReconnectEvent): void; snapshot(): { value: ReconnectState } }
  readonly #seeker: RouteSeeker | undefined
  readonly #timers = new Map<string, () => void>()
  readonly #dials = new Map<number, Dial>()
  readonly #routes = new DialRoutes()
  readonly #impostors = new ImpostorList()
  readonly #onNetworkChange = (): void => this.networkChanged()
  #stopWatchingNat: () => void = () => undefined
  #search: Search | undefined
  #searches = 0
  #failedSinceSearch = false
  /** Proven just now: the machine decides whether to adopt it. */
  #candidate: PeerLink | undefined
  #link: PeerLink | undefined
  /** What the record says listeners should dial. */
  #encoderKey: Uint8Array | undefined
  #isWanted = false
  #minTerm: Term | undefined
  #stopping: Promise<void> | undefined

  constructor(options: ConnectionManagerOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#setTimer = options.setTimer ?? setGlobalTimer
    this.#random = options.random ?? Math.random
    this.#minTerm = options.minTerm
    this.#topic = stationTopic(options.sodium, options.link.stationKey)
    this.#driver = createDriver(reconnectMachine, {}, (effect) => this.#perform(effect))
    if (options.routes) this.#seeker = this.#createSeeker()
  }

  /** The proven link, while there is one. */
  get link(): PeerLink | undefined {
    return this.#link
  }

  start(): void {
    const { node } = this.#options
    node.dht.on('network-change', this.#onNetworkChange)
    this.#stopWatchingNat = node.onceReachable(() => this.#send({ type: 'REACHABLE' }))
    this.#send({ type: 'START' })
  }

  /** The link is suspect: dial again beside it, and take the first that proves itself. */
  redial(reason: string): void {
    this.#send({ type: 'REDIAL', reason })
  }

  /** The suspect link delivers again: stop dialling. */
  alive(): void {
    this.#send({ type: 'LINK_ALIVE' })
  }

  networkChanged(): void {
    this.#options.node.forgetAddress()
    this.#send({ type: 'NETWORK_CHANGED' })
  }

  /** Says goodbye; the DHT node stays open. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  #createSeeker(): RouteSeeker {
    const { link, node, role = 'listener', sodium } = this.#options
    return new RouteSeeker({
      node,
      sodium,
      link,
      role,
      minTerm: () => this.#minTerm,
      encoderKey: () => this.#encoderKey,
      onRoute: (route) => this.#offer(route, { type: 'ROUTE_PROVEN' }),
      onBorne: (route) => {
        if (this.#link === route) this.#send({ type: 'LINK_ALIVE' })
      },
      onEnd: (route, end) => this.#lost(undefined, route, end),
      now: this.#now,
      setTimer: this.#setTimer,
    })
  }

  #send(event: ReconnectEvent): void {
    this.#driver.send(event)
    const { value } = this.#driver.snapshot()
    const isWanted = value === 'searching' || value === 'redialing'
    if (isWanted === this.#isWanted) return
    this.#isWanted = isWanted
    if (isWanted) this.#seeker?.wanted()
    else this.#seeker?.satisfied(this.#link !== undefined && !(this.#link instanceof RoutedLink))
  }

  async #stop(): Promise<void> {
    this.#options.node.dht.off('network-change', this.#onNetworkChange)
    this.#stopWatchingNat()
    this.#send({ type: 'STOP' })
    this.#seeker?.stop()
    for (const stopTimer of this.#timers.values()) stopTimer()
    this.#stopSearch()
    const endings = [...this.#dials.values()].map((dial) => dial.abandon())
    this.#dials.clear()
    await Promise.all([...endings, this.#link?.close('leaving')])
  }

  #perform(effect: ReconnectEffect): void {
    switch (effect.type) {
      case 'start-discovery':
        return this.#startSearch()
      case 'stop-discovery':
        return this.#stopSearch()
      case 'dial':
        return this.#dial(effect.attempt, effect.key)
      case 'abandon':
        void this.#dials.get(effect.attempt)?.abandon()
        this.#dials.delete(effect.attempt)
        return
      case 'adopt':
        return this.#adopt()
      case 'notify':
        return this.#options.onEvent?.({ type: effect.event, attempt: effect.attempt })
      case 'start-timer':
        return this.#startTimer(effect.id, effect.ms)
      case 'stop-timer':
        return this.#stopTimer(effect.id)
    }
  }

  #startTimer(id: 'stagger' | 'discovery' | 'search', ms: number): void {
    this.#stopTimer(id)
    const stop = this.#setTimer(() => {
      this.#timers.delete(id)
      if (id === 'search') this.#searchNow()
      else this.#send({ type: 'timer', id })
    }, ms)
    this.#timers.set(id, stop)
  }

  #stopTimer(id: string): void {
    this.#timers.get(id)?.()
    this.#timers.delete(id)
  }

  /**
   * A crowd that searches while its dials are under way only slows them down. Once a dial has failed, what is known may
   * be out of date, and nothing may keep a search from finding where the station went.
   */
  #startSearch(): void {
    if (this.#link) return this.#startTimer('search', SUSPECT_SEARCH_MS)
    if (!this.#failedSinceSearch && this.#isDialling()) {
      return this.#send({ type: 'DISCOVERY_DONE', found: 0 })
    }
    this.#searchNow()
  }

  #isDialling(): boolean {
    const nowMs = this.#now()
    return [...this.#dials.values()].some(
      ({ startMs }) => startMs <= nowMs && nowMs - startMs < DIAL_PATIENCE_MS,
    )
  }

  #searchNow(): void {
    this.#failedSinceSearch = false
    const { node, sodium, link } = this.#options
    const search = new Search({
      dht: node.dht,
      sodium,
      link,
      minTerm: this.#minTerm,
      // The quick answer was tried, or led to a link that is gone: now only the newest will do.
      latest: this.#searches++ > 0,
      onFound: (found) => this.#found(found),
    })
    this.#search = search
    void this.#finishSearch(search)
  }

  async #finishSearch(search: Search): Promise<void> {
    const found = await search.done
    if (this.#search !== search) return
    this.#search = undefined
    this.#send({ type: 'DISCOVERY_DONE', found })
  }

  #stopSearch(): void {
    this.#stopTimer('search')
    this.#search?.stop()
    this.#search = undefined
  }

  #found({ publicKey, source, relayAddresses }: Found): void {
    const key = toHex(publicKey)
    if (this.#impostors.has(key, this.#now())) return
    if (source === 'record') this.#encoderKey = publicKey
    const hasMoved = this.#routes.learn(key, relayAddresses)
    this.#send({ type: 'CANDIDATE', key, source })
    if (hasMoved) this.#send({ type: 'MOVED', key })
  }

  #dial(attempt: number, key: string): void {
    const { node, sodium, link, opening, role = 'listener' } = this.#options
    if (this.#impostors.has(key, this.#now())) return this.#failed(attempt, key, 'IMPOSTOR')
    const dial = new Dial({
      key,
      setTimer: this.#setTimer,
      dht: node.dht,
      remoteKey: fromHex(key),
      relayAddresses: this.#routes.get(key),
      topic: this.#topic,
      handshake: {
        sodium,
        link,
        role,
        minTerm: this.#minTerm,
        nowS: Math.floor(this.#now() / 1000),
        // The second link takes the place of the first one, and not another place beside it.
        opening: opening && (() => (this.#link === undefined ? opening() : [])),
      },
      now: this.#now,
      dialTimeoutMs: this.#options.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
      handshakeTimeoutMs: this.#options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
      onAnswered: (lottery) => this.#send({ type: 'ATTEMPT_ANSWERED', attempt, lottery }),
      onLink: (open) => this.#proved(attempt, key, open),
      onFailed: (refusal) => {
        this.#failedSinceSearch = true
        this.#dials.delete(attempt)
        this.#report(key, refusal)
        this.#seeker?.dialFailed(refusal.code)
        this.#failed(attempt, key, refusal.code)
      },
      onEnd: (open, end) => this.#lost(attempt, open, end),
    })
    this.#dials.set(attempt, dial)
  }

  #failed(attempt: number, key: string, reason: string): void {
    this.#send({ type: 'ATTEMPT_FAILED', attempt, key, reason })
  }

  #report(key: string, { code, detail }: DialFailure): void {
    const id = keyId(fromHex(key))
    if (code === 'IMPOSTOR') {
      this.#impostors.add(key, this.#now())
      this.#options.onEvent?.({ type: 'impostor', id, detail })
    } else {
      this.#options.onEvent?.({ type: 'attempt-failed', id, code, detail })
    }
  }

  #proved(attempt: number, key: string, open: PeerLink): void {
    this.#dials.delete(attempt)
    this.#routes.settle(key)
    this.#offer(open, { type: 'ATTEMPT_PROVEN', attempt, key })
  }

  #offer(open: PeerLink, event: ReconnectEvent): void {
    this.#candidate = open
    this.#send(event)
    this.#candidate = undefined
    if (this.#link !== open) void open.close('leaving', 'another connection was first')
  }

  #adopt(): void {
    const open = this.#candidate
    if (!open) return
    const previous = this.#link
    this.#link = open
    if (open.session && (!this.#minTerm || compareTerm(open.session, this.#minTerm) > 0)) {
      this.#minTerm = { generation: open.session.generation, term: open.session.term }
    }
    this.#options.onLink(open)
    void previous?.close('leaving', 'another connection took over')
  }

  #lost(attempt: number | undefined, open: PeerLink, end: LinkEnd): void {
    if (this.#link !== open) return
    this.#link = undefined
    this.#options.onEvent?.({ type: 'link-lost', id: open.id, end })
    const jitterMs = Math.floor(this.#random() * (this.#options.jitterMs ?? JITTER_MS))
    this.#send({
      type: 'LINK_LOST',
      ...(attempt !== undefined && { attempt }),
      reason: end.kind,
      jitterMs,
    })
  }
}

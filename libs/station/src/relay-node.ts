import type { StationLink } from '@pearcast/protocol'
import type { LeafReason } from '@pearcast/relay'
import type { Address, DhtNode, LinkEnd, PeerLink } from '@pearcast/swarm'
import { FilesGuard } from './files-guard.ts'
import type { IdentityStore } from './identity/store.ts'
import type { TunerEvent } from './tuner/tuner-event.ts'
import { keeper } from './tuner/keeper.ts'
import { Tuner } from './tuner/tuner.ts'

export interface RelayNodeOptions {
  link: StationLink
  /** Remembers the highest run heard of each station, across restarts. */
  store?: IdentityStore | undefined
  bootstrap?: readonly Address[] | undefined
  /** One that other stations' relays use too. Default: a node of its own. */
  node?: DhtNode | undefined
  /** The station comes to this relay, see `push`: it is not searched for. Default false. */
  pushed?: boolean | undefined
  /** What the audience may use of the uplink, bit/s; default 100 Mbit/s. */
  uplinkBps?: number | undefined
  /** Most children at one time, default 64; never more than the uplink carries. */
  maxChildren?: number | undefined
  onEvent: (event: RelayEvent) => void
}

/** What a tuner tells, and once a second the figures. */
export type RelayEvent =
  TunerEvent | ({ event: 'stats' } & RelayStats) | { event: 'ended'; reason: string; bytesSent: number }

/**
 * `hops`: relays between the station and us. `inBps` comes in, headers of IP and UDP apart, `bps` goes out and `limitBps`
 * may. `leaf`: why nobody is served.
 */
export interface RelayStats {
  children: number
  hops: number
  inBps: number
  bps: number
  limitBps: number
  leaf: LeafReason | null
}

const STATS_MS = 1000

/** Carries one station to others without playing it. */
export class RelayNode {
  /** Resolves with the reason when it is over. */
  readonly ended: Promise<string>
  readonly #options: RelayNodeOptions
  readonly #tuner: Tuner
  #statsTimer: NodeJS.Timeout | undefined
  #bytesAtStats = 0
  #uplinkBps: number | undefined
  #finish: (reason: string) => void = () => {}
  #closing: Promise<void> | undefined

  constructor(options: RelayNodeOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => (this.#finish = resolve))
    const { bootstrap, link, maxChildren, node, onEvent, pushed, store, uplinkBps } = options
    const files = new FilesGuard({ onFull: () => undefined })
    this.#tuner = new Tuner({
      link,
      role: 'relay',
      store,
      bootstrap,
      node,
      pushed,
      path: 'swarm',
      relay: 'on',
      uplinkBps,
      maxChildren,
      hasRoom: () => files.admits(),
      player: keeper,
      onEvent,
      onEnd: (reason) => void this.#close(reason),
    })
  }

  /** Under which others can dial this relay, hex. */
  get key(): string {
    return this.#tuner.key
  }

  /** Resolves once the search has begun. Throws SwarmError when it cannot. */
  async start(): Promise<void> {
    try {
      await this.#tuner.start()
      if (this.#uplinkBps !== undefined) this.setUplink(this.#uplinkBps)
      this.#statsTimer = setInterval(() => this.#stats(), STATS_MS)
    } catch (error) {
      await this.#close('error')
      throw error
    }
  }

  /** What the audience may use of the uplink from now on, bit/s. */
  setUplink(uplinkBps: number): void {
    this.#uplinkBps = uplinkBps
    this.#tuner.setRelay('on', uplinkBps)
  }

  /** Admits nobody any more, and sends the children elsewhere: `withinMs` at most. `stop` is still to come. */
  drain(withinMs: number): Promise<void> {
    return this.#tuner.drain(withinMs)
  }

  /** The station has come to us over this proven link. */
  push(link: PeerLink): void {
    this.#tuner.push(link)
  }

  pushedEnded(link: PeerLink, end: LinkEnd): void {
    this.#tuner.pushedEnded(link, end)
  }

  /** Says goodbye to parents and children. */
  stop(reason = 'stopped'): Promise<void> {
    return this.#close(reason)
  }

  #stats(): void {
    const { branch, intake, tree } = this.#tuner
    if (branch === undefined) return
    const { audience } = branch
    const inBps = ((intake.bytesReceived - this.#bytesAtStats) * 8 * 1000) / STATS_MS
    this.#bytesAtStats = intake.bytesReceived
    this.#options.onEvent({
      event: 'stats',
      children: audience.size,
      hops: Math.max(0, tree.client.ancestors.length - 1),
      inBps,
      bps: audience.sentBps,
      limitBps: branch.allowedBps,
      leaf: branch.leafReason ?? null,
    })
  }

  #close(reason: string): Promise<void> {
    // In a moment, for what is stopped then asks for the same: once is enough.
    this.#closing ??= Promise.resolve().then(() => this.#closeAll(reason))
    return this.#closing
  }

  async #closeAll(reason: string): Promise<void> {
    clearInterval(this.#statsTimer)
    const bytesSent = this.#tuner.branch?.audience.bytesSent ?? 0
    await this.#tuner.stop()
    this.#options.onEvent({ event: 'ended', reason, bytesSent })
    this.#finish(reason)
  }
}

import type { Sodium, StationLink } from '@pearcast/protocol'
import { shouldHelp } from '@pearcast/session-fsm'
import {
  EnvelopeRouter,
  HelperSearch,
  HelperServer,
  RoutedLink,
  type DhtNode,
  type PeerLink,
} from '@pearcast/swarm'

export interface HelpingOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  /** Somebody else in this process is announced as a helper, and hands over its guests. */
  isAnnounced?: () => boolean
  /** Unix time, ms. */
  now: () => number
}

/** After a link came up, ms: what the NAT is like shows within the first answers of the DHT. */
const SETTLE_MS = 500
/** And again so often while this node does not help, for its network or the others may have changed. */
const LOOK_AGAIN_MS = 60_000
/** A helper that has lost the station is of no use; most often it is back before this, ms. */
const KEEP_ANNOUNCED_MS = 30_000

/** Passes envelopes on for those who cannot reach the station, while this node can be reached and has a link to it. */
export class Helping {
  readonly #options: HelpingOptions
  readonly #router: EnvelopeRouter
  #station: PeerLink | undefined
  #server: HelperServer | undefined
  #search: HelperSearch | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: HelpingOptions) {
    this.#options = options
    this.#router = new EnvelopeRouter(options.now)
  }

  /** The link that carries the station now; undefined when it is lost. */
  linkedBy(link: PeerLink | undefined): void {
    if (this.#stopped) return
    this.#station = link instanceof RoutedLink ? undefined : link
    this.#router.setStation(this.#station)
    if (this.#station === undefined) this.#later(KEEP_ANNOUNCED_MS, () => this.#withdraw())
    else this.#later(SETTLE_MS, () => void this.#consider())
  }

  addGuest(guest: PeerLink): void {
    this.#router.addGuest(guest)
  }

  removeGuest(guest: PeerLink): void {
    this.#router.removeGuest(guest)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#search?.stop()
    this.#router.setStation(undefined)
    await this.#server?.stop()
  }

  async #consider(): Promise<void> {
    if (this.#server !== undefined || this.#options.isAnnounced?.() === true) return
    if (this.#couldHelp(0) && this.#couldHelp(await this.#countHelpers())) this.#announce()
    if (this.#server === undefined) this.#later(LOOK_AGAIN_MS, () => void this.#consider())
  }

  #couldHelp(announced: number): boolean {
    const { natClass } = this.#options.node
    return !this.#stopped && shouldHelp({ natClass, linked: this.#station !== undefined, announced })
  }

  async #countHelpers(): Promise<number> {
    const { link, node, sodium } = this.#options
    this.#search = new HelperSearch(node, sodium, link.stationKey, () => undefined)
    return this.#search.done
  }

  #announce(): void {
    const { link, node, role, sodium } = this.#options
    const server = new HelperServer({
      node,
      sodium,
      link,
      role,
      onGuest: (guest) => this.#router.addGuest(guest),
      onGuestGone: (guest) => this.#router.removeGuest(guest),
    })
    this.#server = server
    // Nobody asked for it: when it cannot be announced, somebody else helps.
    server.start().catch(() => this.#withdraw())
  }

  #withdraw(): void {
    const server = this.#server
    this.#server = undefined
    void server?.stop()
  }

  #later(ms: number, act: () => void): void {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(act, ms)
  }
}

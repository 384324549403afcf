import sodium from 'sodium-universal'
import { toHex } from '@pearcast/protocol'
import {
  createKeyPair,
  IntroductionServer,
  openDht,
  type Address,
  type DhtNode,
  type IntroducedStation,
  type LinkEnd,
  type PeerLink,
} from '@pearcast/swarm'
import type { IdentityStore } from './identity/store.ts'
import { RelayNode, type RelayEvent } from './relay-node.ts'

export interface OpenRelayOptions {
  /** 32 secret bytes: the relay has the same key at every start. */
  seed: Uint8Array
  bootstrap?: readonly Address[] | undefined
  /** One that others use too. Default: a node of its own. */
  node?: DhtNode | undefined
  /** Remembers the highest run heard of each station, across restarts. */
  store?: IdentityStore | undefined
  /** Stations at one time; default 16. */
  maxStations?: number | undefined
  /** What all stations together may use of the uplink, shared evenly, bit/s; default 100 Mbit/s. */
  uplinkBps?: number | undefined
  /** Of each station, see `RelayNodeOptions`. */
  maxChildren?: number | undefined
  /** A station has named this relay, or is gone for good. `station` is its key in hex. */
  onStation: (event: { event: 'station-joined' | 'station-left'; station: string }) => void
  /** What is told of one station. */
  onEvent: (station: string, event: RelayEvent) => void
}

const UPLINK_BPS = 100_000_000
const MAX_STATIONS = 16
/** A station that was lost comes back most often; its place is kept so long. */
const KEEP_MS = 60_000

interface Carried {
  node: RelayNode
  gone: NodeJS.Timeout | undefined
}

/** A relay that carries the stations that name it, each with a ticket that it signed for this relay, and nobody else's. */
export class OpenRelay {
  readonly #options: OpenRelayOptions
  readonly #keyPair: ReturnType<typeof createKeyPair>
  readonly #carried = new Map<string, Carried>()
  #node: DhtNode | undefined
  #server: IntroductionServer | undefined

  constructor(options: OpenRelayOptions) {
    this.#options = options
    this.#keyPair = createKeyPair(options.seed)
  }

  /** What stations name, hex. */
  get key(): string {
    return toHex(this.#keyPair.publicKey)
  }

  /** Resolves once stations can reach this relay. Throws SwarmError when it cannot get there. */
  async start(): Promise<void> {
    const { bootstrap } = this.#options
    const node = this.#options.node ?? (await openDht({ ...(bootstrap && { bootstrap }) }))
    this.#node = node
    try {
      await node.ready()
      this.#server = new IntroductionServer({
        node,
        sodium,
        keyPair: this.#keyPair,
        admits: (station) => this.#admits(station),
        onLink: (station, link) => this.#carry(station, link, node),
        onLinkEnd: (station, link, end) => this.#lost(station, link, end),
      })
      await this.#server.start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Admits nobody any more, and sends the children elsewhere: `withinMs` at most. `stop` is still to come. */
  async drain(withinMs: number): Promise<void> {
    await Promise.all([...this.#carried.values()].map(({ node }) => node.drain(withinMs)))
  }

  async stop(): Promise<void> {
    const carried = [...this.#carried.values()]
    this.#carried.clear()
    for (const { gone } of carried) clearTimeout(gone)
    await Promise.all(carried.map(({ node }) => node.stop()))
    await this.#server?.stop()
    if (this.#options.node === undefined) await this.#node?.close()
  }

  #admits({ stationKey }: IntroducedStation): string | undefined {
    const { maxStations = MAX_STATIONS } = this.#options
    if (this.#carried.has(toHex(stationKey)) || this.#carried.size < maxStations) return undefined
    return 'this relay carries as many stations as it can'
  }

  #carry({ stationKey }: IntroducedStation, link: PeerLink, node: DhtNode): void {
    const station = toHex(stationKey)
    const known = this.#carried.get(station)
    if (known !== undefined) {
      clearTimeout(known.gone)
      return known.node.push(link)
    }
    const { maxChildren, onEvent, onStation, store } = this.#options
    const carrying = new RelayNode({
      link: { stationKey },
      node,
      store,
      pushed: true,
      uplinkBps: this.#shareBps(this.#carried.size + 1),
      maxChildren,
      onEvent: (event) => onEvent(station, event),
    })
    this.#carried.set(station, { node: carrying, gone: undefined })
    this.#share()
    onStation({ event: 'station-joined', station })
    carrying.start().then(
      () => carrying.push(link),
      () => this.#drop(station),
    )
  }

  #lost({ stationKey }: IntroducedStation, link: PeerLink, end: LinkEnd): void {
    const station = toHex(stationKey)
    const carried = this.#carried.get(station)
    if (carried === undefined) return
    carried.node.pushedEnded(link, end)
    const isOver = end.kind === 'bye' && end.reason === 'off-air'
    clearTimeout(carried.gone)
    carried.gone = setTimeout(() => this.#drop(station), isOver ? 0 : KEEP_MS)
  }

  #drop(station: string): void {
    const carried = this.#carried.get(station)
    if (carried === undefined) return
    this.#carried.delete(station)
    this.#share()
    void carried.node.stop().then(() => this.#options.onStation({ event: 'station-left', station }))
  }

  #share(): void {
    for (const { node } of this.#carried.values()) node.setUplink(this.#shareBps(this.#carried.size))
  }

  #shareBps(stations: number): number {
    return Math.floor((this.#options.uplinkBps ?? UPLINK_BPS) / Math.max(1, stations))
  }
}

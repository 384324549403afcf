import { RelayNode, type IdentityStore, type RelayEvent } from '@pearcast/station'
import type { DhtNode } from '@pearcast/swarm'
import type { CarriedLink } from './carried-link.ts'
import type { CarryingEvent } from './relay-event.ts'

export interface CarriedStationsOptions {
  node: DhtNode
  store: IdentityStore
  /** of all stations together, bit/s */
  uplinkBps: number
  /** of each station */
  maxChildren: number | undefined
  onEvent: (event: CarryingEvent) => void
}

/** Children have so long to go elsewhere. Leaving as a whole is cut after eight seconds. */
export const DRAIN_MS = 4000

/** The stations that a relay carries, each by a relay of its own on one DHT node; they share the uplink evenly. */
export class CarriedStations {
  readonly #options: CarriedStationsOptions
  readonly #relays = new Map<string, RelayNode>()
  readonly #leaving = new Set<Promise<void>>()
  /** Resolves with the reason of the last one when all have ended by themselves. */
  readonly ended: Promise<string>
  #finish: (reason: string) => void = () => {}

  constructor(options: CarriedStationsOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => (this.#finish = resolve))
  }

  get size(): number {
    return this.#relays.size
  }

  /** Takes up and gives up stations until it is these. @returns what changed */
  async carry(wanted: readonly CarriedLink[]): Promise<{ added: number; removed: number }> {
    const kept = new Set(wanted.map(({ text }) => text))
    const removed = [...this.#relays.keys()].filter((text) => !kept.has(text))
    for (const text of removed) this.#leave(text)
    const added = wanted.filter(({ text }) => !this.#relays.has(text))
    const shareBps = this.#share(this.#relays.size + added.length)
    for (const relay of this.#relays.values()) relay.setUplink(shareBps)
    const relays = added.map((station) => this.#create(station, shareBps))
    await Promise.all(relays.map((relay) => relay.start()))
    return { added: added.length, removed: removed.length }
  }

  /** Children are told where to go first. */
  async stop(): Promise<void> {
    for (const text of this.#relays.keys()) this.#leave(text)
    await Promise.all(this.#leaving)
  }

  #share(stations: number): number {
    return Math.floor(this.#options.uplinkBps / Math.max(1, stations))
  }

  #create({ link, text }: CarriedLink, uplinkBps: number): RelayNode {
    const { maxChildren, node, onEvent, store } = this.#options
    const relay = new RelayNode({
      link,
      node,
      store,
      uplinkBps,
      maxChildren,
      onEvent: (event) => onEvent(withLink(event, text)),
    })
    this.#relays.set(text, relay)
    void this.#watch(relay, text)
    return relay
  }

  async #watch(relay: RelayNode, text: string): Promise<void> {
    const reason = await relay.ended
    // Given up on purpose it is not there any more.
    if (this.#relays.get(text) !== relay) return
    this.#relays.delete(text)
    if (this.#relays.size === 0) this.#finish(reason)
  }

  #leave(text: string): void {
    const relay = this.#relays.get(text)
    if (relay === undefined) return
    this.#relays.delete(text)
    const left = relay.drain(DRAIN_MS).then(() => relay.stop())
    this.#leaving.add(left)
    void left.finally(() => this.#leaving.delete(left))
  }
}

export function withLink(event: RelayEvent, link: string): CarryingEvent {
  if (event.event !== 'announced') return { ...event, link }
  return { event: event.announced ? 'relaying' : 'withdrawn', link, key: event.key }
}

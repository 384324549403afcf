import { fromHex } from '@pearcast/protocol'
import { OpenRelay } from '@pearcast/station'
import { carriedLink } from './carried-link.ts'
import { DRAIN_MS, withLink, type CarriedStationsOptions } from './carried-stations.ts'
import type { RelayCommandEvent } from './relay-event.ts'

export interface OpenForStationsOptions extends CarriedStationsOptions {
  /** see `relaySeed` */
  seed: Uint8Array
  onEvent: (event: RelayCommandEvent) => void
}

/** A relay that waits for stations that name it, and serves nobody else's. */
export class OpenForStations {
  readonly #relay: OpenRelay
  readonly #onEvent: OpenForStationsOptions['onEvent']
  #isOpen = false

  constructor({ maxChildren, node, onEvent, seed, store, uplinkBps }: OpenForStationsOptions) {
    this.#onEvent = onEvent
    this.#relay = new OpenRelay({
      seed,
      node,
      store,
      uplinkBps,
      maxChildren,
      onStation: ({ event, station }) => onEvent({ event, link: linkOf(station) }),
      onEvent: (station, event) => onEvent(withLink(event, linkOf(station))),
    })
  }

  async start(): Promise<void> {
    await this.#relay.start()
    this.#isOpen = true
    this.#onEvent({ event: 'relay-ready', key: this.#relay.key })
  }

  async stop(): Promise<void> {
    await this.#relay.drain(DRAIN_MS)
    await this.#relay.stop()
    if (this.#isOpen) this.#onEvent({ event: 'relay-closed', key: this.#relay.key })
  }
}

function linkOf(stationKeyHex: string): string {
  return carriedLink({ stationKey: fromHex(stationKeyHex) }).text
}

import { compareTerm, type Sodium, type StationLink, stationTopic } from '@pearcast/protocol'
import type HyperDHT from 'hyperdht'
import type { LookupReply, Query } from 'hyperdht'
import type { Address } from './address.ts'
import type { Term } from './handshake.ts'
import { readRecord } from './station-record.ts'

/** Somebody who may be the station, and the DHT nodes through which he said he can be reached. */
export interface Found {
  publicKey: Uint8Array
  source: 'record' | 'topic'
  relayAddresses: readonly Address[]
}

export interface SearchOptions {
  dht: HyperDHT
  sodium: Sodium
  link: StationLink
  /** Records of an older term are not looked at. */
  minTerm?: Term | undefined
  /** Asks every DHT node for the newest record; without, the first copy found is good enough to dial. */
  latest: boolean
  onFound: (found: Found) => void
}

/** A topic can be squatted by anybody: a search reports no more peers than this from it. */
const MAX_TOPIC_PEERS = 256

/**
 * One look for a station: its record, which only the station can write, raced with its Hyperswarm topic, which
 * lists whoever announced there. Peers are reported as they are found, possibly more than once.
 */
export class Search {
  /** Resolves when both are through, with the number of reports; never rejects. */
  readonly done: Promise<number>
  readonly #options: SearchOptions
  #query: Query<LookupReply | null> | undefined
  #stopped = false
  #reports = 0

  constructor(options: SearchOptions) {
    this.#options = options
    this.done = Promise.allSettled([this.#searchRecord(), this.#searchTopic()]).then(() => this.#reports)
  }

  stop(): void {
    this.#stopped = true
    this.#query?.destroy()
  }

  async #searchRecord(): Promise<void> {
    const { dht, link, minTerm, latest } = this.#options
    const stored = await readRecord(dht, link.stationKey, { latest })
    if (!stored || (minTerm && compareTerm(stored.record, minTerm) < 0)) return
    for (const publicKey of stored.record.encoders) {
      this.#report({ publicKey, source: 'record', relayAddresses: [] })
    }
    // The station has spoken for itself; what others say of it is for a later search, if its word leads nowhere.
    if (!latest) this.#query?.destroy()
  }

  async #searchTopic(): Promise<void> {
    const { dht, sodium, link } = this.#options
    this.#query = dht.lookup(stationTopic(sodium, link.stationKey))
    let left = MAX_TOPIC_PEERS
    for await (const reply of this.#query) {
      for (const peer of reply?.peers ?? []) {
        if (this.#stopped || left-- <= 0) return
        this.#report({ ...peer, source: 'topic' })
      }
    }
  }

  #report(found: Found): void {
    if (this.#stopped) return
    this.#reports++
    this.#options.onFound(found)
  }
}

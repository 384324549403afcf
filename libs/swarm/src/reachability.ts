import type HyperDHT from 'hyperdht'
import { type Address, formatAddress, sameAddress } from './address.ts'

export interface ReachabilityChange {
  previous: Address
  current: Address
}

export interface ReachabilityOptions {
  node: { readonly dht: Pick<HyperDHT, 'ping'> }
  /** Its `relayAddresses` are the DHT nodes that forward handshakes to this server. */
  announcer: { readonly relayAddresses: readonly Address[] }
  /** A relay sees this node at another address: its NAT was rebound, or the network changed. */
  onChange: (change: ReachabilityChange) => void
  /** No relay has answered for `lostAfterMs`, or one answers again. */
  onReachable?: (reachable: boolean) => void
  intervalMs?: number
  lostAfterMs?: number
  /** Unix time, ms. */
  now?: () => number
}

const INTERVAL_MS = 1000
const LOST_AFTER_MS = 3000

/**
 * Asks the server's relays once a second at which address they see it. Without that, a server whose NAT was rebound
 * stays unreachable until HyperDHT's announcer makes a new round, about 5 minutes later.
 */
export class ReachabilityWatch {
  readonly #options: ReachabilityOptions
  readonly #seen = new Map<string, Address>()
  readonly #now: () => number
  #timer: ReturnType<typeof setInterval> | undefined
  #answeredAtMs = 0
  #reachable = true

  constructor(options: ReachabilityOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#answeredAtMs = this.#now()
    this.#timer = setInterval(() => void this.check(), this.#options.intervalMs ?? INTERVAL_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#seen.clear()
  }

  /** Pings every relay once; at most one change is reported. */
  async check(): Promise<void> {
    const relays = this.#options.announcer.relayAddresses
    this.#forgetAllBut(relays)
    const changes = await Promise.all(relays.map((relay) => this.#ping(relay)))
    if (this.#timer === undefined) return
    const change = changes.find((found) => found !== undefined)
    if (change) this.#options.onChange(change)
    this.#judge(relays.length)
  }

  async #ping(relay: Address): Promise<ReachabilityChange | undefined> {
    let current: Address
    try {
      current = (await this.#options.node.dht.ping(relay, { retry: false })).to
    } catch {
      return undefined
    }
    this.#answeredAtMs = this.#now()
    const key = formatAddress(relay)
    const previous = this.#seen.get(key)
    this.#seen.set(key, current)
    return previous && !sameAddress(previous, current) ? { previous, current } : undefined
  }

  #judge(relayCount: number): void {
    const silentMs = this.#now() - this.#answeredAtMs
    const reachable = relayCount === 0 || silentMs < (this.#options.lostAfterMs ?? LOST_AFTER_MS)
    if (reachable === this.#reachable) return
    this.#reachable = reachable
    this.#options.onReachable?.(reachable)
  }

  #forgetAllBut(relays: readonly Address[]): void {
    const kept = new Set(relays.map(formatAddress))
    for (const key of this.#seen.keys()) if (!kept.has(key)) this.#seen.delete(key)
  }
}

import type HyperDHT from 'hyperdht'
import { type Address, formatAddress, sameAddress } from './address.ts'

export interface ReachabilityChange {
  previous: Address
  current: Address
}

export interface ReachabilityOptions {
  node: { readonly dht: Pick<HyperDHT, 'ping' | 'firewalled'>; forgetAddress(): void; lookAgain(): void }
  /** Its `relayAddresses` are the DHT nodes that forward handshakes to this server. */
  announcer: { readonly relayAddresses: readonly Address[] }
  /** A relay sees this node at another address: its NAT was rebound, or the network changed. */
  onChange: (change: ReachabilityChange) => void
  /**
   * A relay answers again after `lostAfterMs` of silence: the network is back. By then HyperDHT's announcer may have
   * given up all relays and sleep for 5 minutes, so announce again.
   */
  onReturn?: () => void
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
  /** A node asks from another port as soon as it knows that it can be reached: that is no move. */
  #firewalled: boolean | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #answeredAtMs = 0
  #returned = false
  /** The latest relays there were: when all have been given up, their answers still tell that the network is back. */
  #lastRelays: readonly Address[] = []

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

  /** Pings every relay once; at most one change or return is reported. */
  async check(): Promise<void> {
    const { relayAddresses } = this.#options.announcer
    if (relayAddresses.length > 0) this.#lastRelays = relayAddresses
    this.#forgetAllBut(relayAddresses)
    const changes = await Promise.all(this.#lastRelays.map((relay) => this.#ping(relay)))
    if (this.#timer === undefined) return
    const change = changes.find((found) => found !== undefined)
    if (change) {
      this.#options.node.forgetAddress()
      this.#options.onChange(change)
    }
    if (!change && this.#returned) {
      this.#options.node.lookAgain()
      this.#options.onReturn?.()
    }
    this.#returned = false
  }

  async #ping(relay: Address): Promise<ReachabilityChange | undefined> {
    const { dht } = this.#options.node
    const { firewalled } = dht
    let current: Address
    try {
      current = (await dht.ping(relay, { retry: false })).to
    } catch {
      return undefined
    }
    const nowMs = this.#now()
    if (nowMs - this.#answeredAtMs >= (this.#options.lostAfterMs ?? LOST_AFTER_MS)) this.#returned = true
    this.#answeredAtMs = nowMs
    if (firewalled !== this.#firewalled) this.#seen.clear()
    this.#firewalled = firewalled
    const key = formatAddress(relay)
    const previous = this.#seen.get(key)
    this.#seen.set(key, current)
    return previous && !sameAddress(previous, current) ? { previous, current } : undefined
  }

  #forgetAllBut(relays: readonly Address[]): void {
    const kept = new Set(relays.map(formatAddress))
    for (const key of this.#seen.keys()) if (!kept.has(key)) this.#seen.delete(key)
  }
}

import type HyperDHT from 'hyperdht'
import { type Address, sameAddress } from './address.ts'
import { type ReachabilityChange, ReflexiveAddresses, type Round } from './reflexive-addresses.ts'

interface AskingNode {
  readonly dht: Pick<HyperDHT, 'ping'> & { readonly io: Pick<HyperDHT['io'], 'firewalled'> }
  forgetAddress(): void
  lookAgain(): void
}

export interface ReachabilityOptions {
  node: AskingNode
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
  readonly #addresses = new ReflexiveAddresses()
  readonly #now: () => number
  #timer: ReturnType<typeof setInterval> | undefined
  #answeredAtMs = 0
  #returned = false

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
    this.#addresses.clear()
  }

  /** Pings every relay once; at most one change or return is reported. */
  async check(): Promise<void> {
    const round = this.#addresses.begin(this.#options.announcer.relayAddresses)
    const changes = await Promise.all(round.relays.map((relay) => this.#ping(round, relay)))
    if (this.#timer === undefined) return
    const change = changes.find((found) => found !== undefined)
    if (change) {
      this.#addresses.moved(round)
      this.#options.node.forgetAddress()
      this.#options.onChange(change)
    } else {
      this.#addresses.settle(round)
    }
    if (!change && this.#returned) {
      this.#options.node.lookAgain()
      this.#options.onReturn?.()
    }
    this.#returned = false
  }

  async #ping(round: Round, relay: Address): Promise<ReachabilityChange | undefined> {
    const { dht } = this.#options.node
    const { firewalled } = dht.io
    let current: Address
    try {
      current = (await dht.ping(relay, { retry: false })).to
    } catch {
      return undefined
    }
    // An open node is its own first relay, and hears itself when it hears nobody else.
    if (sameAddress(relay, current)) return undefined
    const nowMs = this.#now()
    if (nowMs - this.#answeredAtMs >= (this.#options.lostAfterMs ?? LOST_AFTER_MS)) this.#returned = true
    this.#answeredAtMs = nowMs
    return this.#addresses.answer(round, relay, current, firewalled)
  }
}

import { issueTicket, type Announcement, type RelayTicket, type Sodium } from '@pearcast/protocol'
import { introduce, type DhtNode, type IntroduceOptions } from '@pearcast/swarm'
import { nowS } from '../clock.ts'
import type { StationIdentity } from '../identity/identity.ts'

type Connection = Parameters<IntroduceOptions['onAccepted']>[0]

export interface NamedRelaysOptions {
  node: DhtNode
  sodium: Sodium
  identity: StationIdentity
  /** DHT keys of the relays. */
  keys: readonly Uint8Array[]
  announcement: () => Announcement | undefined
  /** The relay carries the station: it is a child like others from now on. */
  onConnection: (conn: Connection) => void
  onEvent: (event: NamedRelayEvent) => void
}

/** `key` in hex is what `--via` named. */
export type NamedRelayEvent =
  | { event: 'via'; key: string; state: 'connected' }
  | { event: 'via'; key: string; state: 'lost'; code: string; message: string }

const TICKET_S = 86_400
const GRACE_S = 300
const FIRST_RETRY_MS = 1000
const MAX_RETRY_MS = 15_000

/** The relays that a station names: it goes to them, shows the ticket that it signed, and comes back when they are lost. */
export class NamedRelays {
  readonly #options: NamedRelaysOptions
  readonly #ends = new Map<string, () => void>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Told, and not back since. */
  readonly #lost = new Set<string>()
  #stopped = false

  constructor(options: NamedRelaysOptions) {
    this.#options = options
  }

  start(): void {
    for (const key of this.#options.keys) this.#dial(key, FIRST_RETRY_MS)
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const end of this.#ends.values()) end()
  }

  #dial(relayKey: Uint8Array, retryMs: number): void {
    const { announcement: current, node, onConnection, onEvent, sodium } = this.#options
    const announcement = current()
    if (this.#stopped || announcement === undefined) return
    const key = Buffer.from(relayKey).toString('hex')
    let wasConnected = false
    const end = introduce({
      node,
      sodium,
      relayKey,
      announcement,
      ticket: this.#ticket(relayKey),
      onAccepted: (conn) => {
        wasConnected = true
        this.#lost.delete(key)
        onEvent({ event: 'via', key, state: 'connected' })
        onConnection(conn)
      },
      onEnd: (code, message) => {
        this.#ends.delete(key)
        if (this.#stopped) return
        if (wasConnected || !this.#lost.has(key)) onEvent({ event: 'via', key, state: 'lost', code, message })
        this.#lost.add(key)
        const nextMs = wasConnected ? FIRST_RETRY_MS : Math.min(2 * retryMs, MAX_RETRY_MS)
        this.#later(() => this.#dial(relayKey, nextMs), wasConnected ? 0 : retryMs)
      },
    })
    this.#ends.set(key, end)
  }

  #ticket(relayKey: Uint8Array): RelayTicket {
    const { identity, sodium } = this.#options
    const notBeforeS = nowS() - GRACE_S
    return issueTicket(sodium, identity.encoder, {
      stationKey: identity.station.publicKey,
      generation: identity.certificate.generation,
      relayKey,
      notBeforeS,
      notAfterS: notBeforeS + TICKET_S,
    })
  }

  #later(act: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }
}

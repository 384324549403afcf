import type { ControlMessage, Sodium, StationLink } from '@pearcast/protocol'
import { ConnectionManager, type ConnectionEvent, type DhtNode, type PeerLink } from '@pearcast/swarm'

export interface StationSearchOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  /** Needs WebRTC. */
  routes: boolean
  newest: () => { generation: number; term: number } | undefined
  /** What the station is asked together with our proof. */
  opening: () => readonly ControlMessage[]
  onLink: (link: PeerLink) => void
  onEvent: (event: ConnectionEvent) => void
  /** [0, 1) */
  random: () => number
}

/** Who hears a full station through others asks it again so much later, ms, and up to half as much more. */
const REST_MS = 45_000

/** The search for the station itself, and the one link to it; it rests while others carry a station that is full. */
export class StationSearch {
  readonly #options: StationSearchOptions
  #connections: ConnectionManager | undefined
  #rest: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: StationSearchOptions) {
    this.#options = options
  }

  /** Nothing happens when it runs already. */
  begin(): void {
    clearTimeout(this.#rest)
    if (this.#stopped || this.#connections !== undefined) return
    const { link, newest, node, onEvent, onLink, opening, role, routes, sodium } = this.#options
    const minTerm = newest()
    const connections = new ConnectionManager({
      node,
      sodium,
      link,
      role,
      routes,
      ...(minTerm && { minTerm }),
      opening,
      onLink,
      onEvent: (event) => {
        if (!this.#stopped && this.#connections === connections) onEvent(event)
      },
    })
    this.#connections = connections
    connections.start()
  }

  /** The link is suspect: dials again beside it. */
  redial(reason: string): void {
    this.#connections?.redial(reason)
  }

  /** The suspect link delivers again. */
  alive(): void {
    this.#connections?.alive()
  }

  /** A full station need not hold a link to everybody who hears it through others. False: it rests already. */
  rest(): boolean {
    const resting = this.#connections
    if (resting === undefined || this.#stopped) return false
    this.#connections = undefined
    void resting.stop()
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.begin(), REST_MS * (1 + this.#options.random() / 2))
    return true
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#rest)
    await this.#connections?.stop()
  }
}

import type { SecretStream } from '@hyperswarm/secret-stream'
import type HyperDHT from 'hyperdht'
import type { DhtKeyPair, DhtListener } from 'hyperdht'
import Hyperswarm, { type DiscoverySession } from 'hyperswarm'
import type { Address } from './address.ts'
import { createBoundedStream } from './bounded-stream.ts'
import { SwarmError } from './errors.ts'
import { PunchLog, type PunchClasses } from './via.ts'

export interface StationSwarmOptions {
  dht: HyperDHT
  topic: Uint8Array
  keyPair: DhtKeyPair
  /** Called before anything is allocated for a handshake; false leaves it unanswered. */
  admits: (host: string) => boolean
  onConnection: (conn: SecretStream) => void
  now: () => number
}

/** How long an announcement may take to reach the DHT, ms: its own requests give up after 4 s each. */
const ANNOUNCE_TIMEOUT_MS = 10_000
const POLL_MS = 10

/** Hyperswarm for one thing: to be found under a topic, and again every 10 minutes, on a DHT node that others use too. */
export class StationSwarm {
  readonly #options: StationSwarmOptions
  readonly #swarm: Hyperswarm
  #session: DiscoverySession
  readonly #punches = new PunchLog()
  readonly #detach: () => void
  #stopping: Promise<void> | undefined

  constructor(options: StationSwarmOptions) {
    const { dht, keyPair, topic, now } = options
    this.#options = options
    const others = listenersOf(dht)
    this.#swarm = new Hyperswarm({ dht, keyPair, maxPeers: 0 })
    const own = listenersOf(dht).filter((mine) => !others.some((other) => other.listener === mine.listener))
    this.#detach = () => own.forEach(({ event, listener }) => dht.off(event, listener))
    const { server } = this.#swarm
    const firewall = server.firewall.bind(server)
    server.createSecretStream = createBoundedStream
    server.firewall = (key, payload, address) =>
      this.#stopping !== undefined || !options.admits(address.host) || firewall(key, payload, address)
    server.holepunch = (remoteFirewall, localFirewall, remoteAddresses) => {
      const hosts = remoteAddresses.map(({ host }) => host)
      this.#punches.add(hosts, { remoteFirewall, localFirewall }, now())
      return true
    }
    this.#swarm.on('connection', options.onConnection)
    this.#session = this.#swarm.join(topic, { server: true, client: false })
  }

  /** DHT nodes that forward handshakes to this server. */
  get relayAddresses(): readonly Address[] {
    return this.#swarm.server.relayAddresses
  }

  punchOf(host: string): PunchClasses | undefined {
    return this.#punches.get(host, this.#options.now())
  }

  /**
   * Resolves once the DHT has taken the announcement.
   *
   * @throws SwarmError ANNOUNCE_FAILED
   */
  async announced(): Promise<void> {
    const flushed = await this.#session.flushed().catch(() => false)
    if (!flushed || this.relayAddresses.length === 0) throw SwarmError.announceFailed()
  }

  /** Takes the announcement back; who knows the key still gets through, and connections stay. */
  async withdraw(): Promise<void> {
    await this.#session.destroy().catch(() => undefined)
  }

  /** Announces again what was withdrawn. */
  announceAgain(): void {
    this.#session = this.#swarm.join(this.#options.topic, { server: true, client: false })
  }

  /**
   * Announces from scratch, after this node's address has changed: what the DHT knows leads nowhere.
   *
   * @throws SwarmError ANNOUNCE_FAILED
   */
  async reannounce(): Promise<void> {
    await this.#renewRelays()
    // Cleared first: a DHT node that has an entry of ours keeps it as it is, with addresses that lead nowhere.
    const { dht, keyPair, topic } = this.#options
    const announcement = dht.announce(topic, keyPair, this.relayAddresses, { clear: true })
    await announcement.finished().catch(() => {
      throw SwarmError.announceFailed()
    })
    if (this.relayAddresses.length === 0) throw SwarmError.announceFailed()
  }

  /**
   * Wakes HyperDHT's announcer, which looks for relays every five minutes. Suspending the server would do that as well, and end
   * all handshakes that are under way: their listeners would wait for 10 s before they dial again.
   */
  async #renewRelays(): Promise<void> {
    const { server } = this.#swarm
    // oxlint-disable-next-line no-underscore-dangle
    const announcer = server._announcer
    // A look that is under way may have begun before the move.
    // oxlint-disable-next-line no-underscore-dangle
    let looksLeft = (announcer?._updating ?? null) === null ? 1 : 2
    let latest = server.relayAddresses
    // Counted, not timed: the clock may be set while we wait.
    for (let waitedMs = 0; looksLeft > 0; waitedMs += POLL_MS) {
      if (this.#stopping !== undefined || waitedMs > ANNOUNCE_TIMEOUT_MS) throw SwarmError.announceFailed()
      server.refresh()
      server.notifyOnline()
      // oxlint-disable-next-line no-underscore-dangle
      announcer?._sleeper.resume()
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      if (server.relayAddresses === latest) continue
      latest = server.relayAddresses
      looksLeft--
    }
  }

  /** Takes the announcement back. The DHT node goes on. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    await this.#swarm.clear().catch(() => undefined)
    await this.#swarm.server.close()
    this.#swarm.dht = { destroy: () => Promise.resolve() }
    await this.#swarm.destroy({ force: true })
    this.#detach()
  }
}

/** Hyperswarm listens to its node and never stops: it expects to end the node with itself. */
function listenersOf(dht: HyperDHT): { event: string; listener: DhtListener }[] {
  return ['network-change', 'network-update'].flatMap((event) =>
    dht.listeners(event).map((listener) => ({ event, listener })),
  )
}

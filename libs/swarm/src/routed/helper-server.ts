import type { SecretStream } from '@hyperswarm/secret-stream'
import { helperTopic, type Sodium, type StationLink, toHex } from '@pearcast/protocol'
import HyperDHT, { type DhtKeyPair } from 'hyperdht'
import { Admission, type AdmissionLimits, admissionLimits, type AdmissionStats } from '../admission.ts'
import type { DhtNode } from '../dht-node.ts'
import { PendingLink } from '../pending-link.ts'
import type { PeerLink } from '../peer-link.ts'
import { StationSwarm } from '../station-swarm.ts'
import { connectionTraits, viaOf } from '../via.ts'

export interface HelperServerOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  /** Under which this peer is dialled; default: a fresh one. */
  keyPair?: DhtKeyPair
  /** A proven member of the audience; it stays until it leaves, or `maxStayMs` are over. */
  onGuest: (link: PeerLink) => void
  onGuestGone: (link: PeerLink) => void
  limits?: Partial<AdmissionLimits>
  /** From the proof to the goodbye, unless it is kept; default 60 000: a negotiation takes seconds. */
  maxStayMs?: number
  /** Unix time, ms. */
  now?: () => number
}

/** Somebody who listens gives away no more than this of what he has. */
const LIMITS_OF_A_LISTENER: Partial<AdmissionLimits> = {
  maxConnections: 32,
  maxPending: 16,
  handshakesPerAddress: { burst: 16, perSecond: 1 },
  handshakes: { burst: 64, perSecond: 8 },
}
const HANDSHAKE_TIMEOUT_MS = 5000
const MAX_STAY_MS = 60_000
/** Announcements looked at when helpers are counted or sought: a DHT node names 20 at most. */
const MAX_ANNOUNCED = 64

/** The side that is found under a station's helper topic: announces, and hands over links that have proven themselves. */
export class HelperServer {
  readonly #options: HelperServerOptions
  readonly #now: () => number
  readonly #topic: Uint8Array
  readonly #admission: Admission
  readonly #pending = new Set<PendingLink>()
  readonly #guests = new Map<PeerLink, ReturnType<typeof setTimeout>>()
  #swarm: StationSwarm | undefined
  #stopping: Promise<void> | undefined

  constructor(options: HelperServerOptions) {
    const { limits, link, node, now = Date.now, sodium } = options
    this.#options = options
    this.#now = now
    this.#topic = helperTopic(sodium, link.stationKey)
    this.#admission = new Admission(limitsOf(limits, node), now())
  }

  /** What this peer gives away has changed: other numbers of connections, at the rates as before. */
  limit(limits: Partial<AdmissionLimits>): void {
    this.#admission.limit(limitsOf(limits, this.#options.node))
  }

  /** The guest has a place here: it stays until it leaves. */
  keep(guest: PeerLink): void {
    clearTimeout(this.#guests.get(guest))
  }

  get stats(): AdmissionStats {
    return { ...this.#admission.stats }
  }

  /**
   * Resolves once others can find this peer.
   *
   * @throws SwarmError ANNOUNCE_FAILED
   */
  async start(): Promise<void> {
    if (this.#stopping) return
    if (this.#swarm) {
      this.#swarm.announceAgain()
      return this.#swarm.announced()
    }
    this.#swarm = new StationSwarm({
      dht: this.#options.node.dht,
      topic: this.#topic,
      keyPair: this.#options.keyPair ?? HyperDHT.keyPair(),
      admits: (host) => this.#admission.allowsHandshake(host, this.#pending.size, this.#now()),
      onConnection: (conn) => this.#accept(conn),
      now: this.#now,
    })
    await this.#swarm.announced()
  }

  /** Takes the announcement back: guests stay, and `start` announces again. */
  async withdraw(): Promise<void> {
    await this.#swarm?.withdraw()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    const goodbyes = [
      ...[...this.#pending].map((pending) => pending.abort()),
      ...[...this.#guests.keys()].map((guest) => guest.close('leaving')),
    ]
    this.#pending.clear()
    await Promise.all([...goodbyes, this.#swarm?.stop()])
  }

  #accept(conn: SecretStream): void {
    const { link, node, onGuest, onGuestGone, role, sodium } = this.#options
    const leave = this.#admission.enter(conn.rawStream.remoteHost ?? '')
    const pending: PendingLink = new PendingLink({
      conn,
      topic: this.#topic,
      handshake: { sodium, link, role, amongMembers: true, nowS: Math.floor(this.#now() / 1000) },
      via: () => viaOf(connectionTraits(node.dht, conn, undefined)),
      now: this.#now,
      timeoutMs: HANDSHAKE_TIMEOUT_MS,
      onLink: (open) => {
        this.#pending.delete(pending)
        const part = (): void => void open.close('leaving', 'a helper keeps nobody for long')
        this.#guests.set(open, setTimeout(part, this.#options.maxStayMs ?? MAX_STAY_MS))
        onGuest(open)
      },
      onRefused: () => {
        leave()
        this.#pending.delete(pending)
      },
      onEnd: (open) => {
        leave()
        clearTimeout(this.#guests.get(open))
        this.#guests.delete(open)
        onGuestGone(open)
      },
    })
    if (this.#stopping) return void pending.abort()
    if (!this.#admission.allowsLink(this.#guests.size)) {
      leave()
      return void pending.abort('draining', 'no place left')
    }
    this.#pending.add(pending)
  }
}

function limitsOf(limits: Partial<AdmissionLimits> = {}, { isLoopback }: DhtNode): AdmissionLimits {
  return admissionLimits(limits, isLoopback, LIMITS_OF_A_LISTENER)
}

/** Somebody who announced as a helper, and the DHT nodes through which it said it can be reached. */
export interface AnnouncedHelper {
  key: string
  publicKey: Uint8Array
  relayAddresses: readonly { host: string; port: number }[]
}

/** One look at who announces as a helper of a station; each key once, a bounded number of them. */
export class HelperSearch {
  /** Resolves with how many were found; never rejects. */
  readonly done: Promise<number>
  readonly #query: ReturnType<HyperDHT['lookup']>
  readonly #found = new Set<string>()
  #stopped = false

  constructor(
    { dht }: Pick<DhtNode, 'dht'>,
    sodium: Sodium,
    stationKey: Uint8Array,
    onFound: (helper: AnnouncedHelper) => void,
  ) {
    this.#query = dht.lookup(helperTopic(sodium, stationKey))
    this.done = this.#read(onFound).then(
      () => this.#found.size,
      () => this.#found.size,
    )
  }

  stop(): void {
    this.#stopped = true
    this.#query.destroy()
  }

  async #read(onFound: (helper: AnnouncedHelper) => void): Promise<void> {
    for await (const reply of this.#query) {
      for (const peer of reply?.peers ?? []) {
        const key = toHex(peer.publicKey)
        if (this.#stopped || this.#found.size >= MAX_ANNOUNCED) return
        if (this.#found.has(key)) continue
        this.#found.add(key)
        onFound({ key, ...peer })
      }
    }
  }
}

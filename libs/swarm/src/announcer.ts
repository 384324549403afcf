import type { SecretStream } from '@hyperswarm/secret-stream'
import {
  type ByeReason,
  type CertificateChain,
  compareTerm,
  keyId,
  LIMITS,
  type Sodium,
  type StationLink,
  stationTopic,
  type Via,
} from '@pearcast/protocol'
import HyperDHT, { type DhtKeyPair } from 'hyperdht'
import type { Address } from './address.ts'
import { Admission, type AdmissionLimits, admissionLimits, type AdmissionStats } from './admission.ts'
import type { DhtNode } from './dht-node.ts'
import { codeOf, reasonOf, SwarmError } from './errors.ts'
import type { Refusal, StationCredentials, Term } from './handshake.ts'
import type { OpenLink } from './open-link.ts'
import type { PeerLink } from './peer-link.ts'
import { PendingLink } from './pending-link.ts'
import { RouteAcceptor } from './routed/route-acceptor.ts'
import { StationSwarm } from './station-swarm.ts'
import { publishRecord, readRecord, recordSigner, type StationSigner } from './station-record.ts'
import { connectionTraits, viaOf } from './via.ts'

export type AnnouncerEvent =
  /** A peer that connected is not let in. */
  | { type: 'refused'; id: string; refusal: Refusal }
  /** Handshakes or connections were turned away for load; at most one event a second. */
  | { type: 'overload'; stats: AdmissionStats }
  /** Another encoder of this station has a newer term: this one should go off air. */
  | { type: 'superseded'; generation: number; term: number }
  /** The record of a renewed session could not be put. */
  | { type: 'record-failed'; code: string; message: string }

export interface StationAnnouncerOptions extends Partial<AdmissionLimits> {
  node: DhtNode
  sodium: Sodium
  station: StationSigner
  chain: CertificateChain
  sessionSecretKey: Uint8Array
  /** Noise key of this run; default: a fresh one. */
  dhtKeyPair?: DhtKeyPair
  /** DHT keys of relays, for the record, asked whenever it is put. */
  relays?: () => readonly Uint8Array[]
  /** Nobody is told where this node is: no topic, no key in the record. Relays that it knows reach it. Default false. */
  hidden?: boolean
  /** Answer listeners who write through others because no dial reaches this node: needs WebRTC. Default false. */
  routes?: boolean
  onLink: (link: PeerLink) => void
  onEvent?: (event: AnnouncerEvent) => void
  /** From the open connection until the peer is proven, ms; default 5000. */
  handshakeTimeoutMs?: number
  /** Unix time, ms. */
  now?: () => number
}

const HANDSHAKE_TIMEOUT_MS = 5000
const OVERLOAD_EVENT_MS = 1000
const RECORD_CHECK_MS = 10_000

/** The broadcaster's side: announces the station, proves itself to whoever connects, and hands over proven links. */
export class StationAnnouncer {
  /** The key that listeners dial. */
  readonly publicKey: Uint8Array
  readonly #options: StationAnnouncerOptions
  readonly #now: () => number
  readonly #keyPair: DhtKeyPair
  readonly #link: StationLink
  readonly #topic: Uint8Array
  readonly #admission: Admission
  readonly #pending = new Set<PendingLink>()
  readonly #links = new Set<OpenLink>()
  readonly #routes: RouteAcceptor | undefined
  #credentials: StationCredentials
  #swarm: StationSwarm | undefined
  #overloadAtMs = Number.NEGATIVE_INFINITY
  #checkedAtMs = Number.NEGATIVE_INFINITY
  #stopping: Promise<void> | undefined

  constructor(options: StationAnnouncerOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#keyPair = options.dhtKeyPair ?? HyperDHT.keyPair()
    this.publicKey = this.#keyPair.publicKey
    const { publicKey: stationKey, groupKey } = options.station
    this.#link = { stationKey, ...(groupKey && { groupKey }) }
    this.#topic = stationTopic(options.sodium, stationKey)
    this.#admission = new Admission(admissionLimits(options, options.node.isLoopback), this.#now())
    this.#credentials = { chain: options.chain, sessionSecretKey: options.sessionSecretKey }
    if (options.routes) {
      this.#routes = new RouteAcceptor({
        sodium: options.sodium,
        link: this.#link,
        keyPair: this.#keyPair,
        credentials: () => this.#credentials,
        onLink: options.onLink,
        now: this.#now,
      })
    }
  }

  /** Proven and open. */
  get links(): ReadonlySet<PeerLink> {
    return this.#links
  }

  get stats(): AdmissionStats {
    return { ...this.#admission.stats }
  }

  /** For `ReachabilityWatch`: the DHT nodes that forward handshakes to this server. */
  get relayAddresses(): readonly Address[] {
    return this.#swarm?.relayAddresses ?? []
  }

  /**
   * Resolves once listeners can find the station: announced, and the record read back.
   *
   * @throws SwarmError ANNOUNCE_FAILED, RECORD_NOT_STORED, RECORD_SUPERSEDED, RECORD_TOO_LARGE, CLOSED
   */
  async start(): Promise<void> {
    if (this.#stopping || this.#swarm) throw SwarmError.closed('This announcer')
    if (this.#options.hidden === true) return this.#putRecord()
    this.#swarm = new StationSwarm({
      dht: this.#options.node.dht,
      topic: this.#topic,
      keyPair: this.#keyPair,
      admits: (host) => this.#admits(host),
      onConnection: (conn) => this.#accept(conn),
      now: this.#now,
    })
    await Promise.all([this.#swarm.announced(), this.#putRecord()])
  }

  /**
   * Puts the station's record, which the DHT keeps for at most 48 h: call it hourly. Without a way to sign, listeners
   * have the topic alone.
   *
   * @throws SwarmError RECORD_NOT_STORED, RECORD_SUPERSEDED, RECORD_TOO_LARGE
   */
  async publishRecord(): Promise<void> {
    try {
      await this.#putRecord()
    } catch (error) {
      if (codeOf(error) === 'RECORD_SUPERSEDED') void this.checkRecord()
      throw error
    }
  }

  async #putRecord(): Promise<void> {
    const signer = recordSigner(this.#options.station, this.#options.sodium)
    if (!signer || this.#stopping) return
    const { chain } = this.#credentials
    await publishRecord(this.#options.node.dht, signer, {
      version: 1,
      encoders: this.#options.hidden === true ? [] : [this.#keyPair.publicKey],
      relays: [...(this.#options.relays?.() ?? [])].slice(0, LIMITS.maxRecordRelays),
      certificate: chain,
      ...termOf(chain),
      updatedS: Math.floor(this.#now() / 1000),
    })
  }

  /** The session was renewed: open links get the new certificate, the record follows. */
  updateChain(chain: CertificateChain, sessionSecretKey: Uint8Array): void {
    this.#credentials = { chain, sessionSecretKey }
    for (const link of [...this.#links, ...(this.#routes?.links ?? [])])
      link.sendCertificate(this.#credentials)
    this.publishRecord().catch((error: unknown) => {
      this.#options.onEvent?.({ type: 'record-failed', code: codeOf(error), message: reasonOf(error) })
    })
  }

  /**
   * This node's address has changed: announces again from scratch.
   *
   * @throws SwarmError ANNOUNCE_FAILED and those of `publishRecord`
   */
  async reannounce(): Promise<void> {
    if (this.#stopping) throw SwarmError.closed('This announcer')
    await this.#swarm?.reannounce()
    await this.publishRecord()
  }

  /** Says goodbye to everybody and takes the announcement back. The DHT node stays open. */
  stop(reason: ByeReason = 'off-air', detail = ''): Promise<void> {
    this.#stopping ??= this.#stop(reason, detail)
    return this.#stopping
  }

  async #stop(reason: ByeReason, detail: string): Promise<void> {
    const goodbyes = [
      ...[...this.#pending].map((pending) => pending.abort(reason, detail)),
      // Those in between last: their links carry the goodbyes of the others.
      ...[...(this.#routes?.links ?? []), ...this.#links].map((link) => link.close(reason, detail)),
    ]
    this.#pending.clear()
    this.#routes?.stop()
    await Promise.all([...goodbyes, this.#swarm?.stop()])
  }

  #admits(host: string): boolean {
    const admitted = this.#admission.allowsHandshake(host, this.#pending.size, this.#now())
    if (!admitted) this.#reportOverload()
    return admitted
  }

  /** A connection that this node made to a relay, which carries the station from now on. */
  serve(conn: SecretStream): void {
    this.#accept(conn)
  }

  #accept(conn: SecretStream): void {
    const isFull = !this.#admission.allowsLink(this.#links.size)
    const credentials = this.#credentials
    const leave = this.#admission.enter(conn.rawStream.remoteHost ?? '')
    const pending: PendingLink = new PendingLink({
      conn,
      topic: this.#topic,
      handshake: {
        sodium: this.#options.sodium,
        link: this.#link,
        role: 'broadcaster',
        credentials,
        nowS: Math.floor(this.#now() / 1000),
      },
      via: () => this.#viaOf(conn),
      now: this.#now,
      timeoutMs: this.#options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
      onLink: (open) => {
        this.#pending.delete(pending)
        this.#links.add(open)
        this.#routes?.watch(open)
        if (credentials !== this.#credentials) open.sendCertificate(this.#credentials)
        this.#options.onLink(open)
      },
      onRefused: (refusal) => {
        leave()
        this.#pending.delete(pending)
        this.#options.onEvent?.({ type: 'refused', id: keyId(conn.remotePublicKey), refusal })
      },
      onEnd: (open, end) => {
        leave()
        this.#links.delete(open)
        if (end.kind === 'bye' && end.reason === 'superseded') void this.checkRecord()
      },
    })
    if (this.#stopping) return void pending.abort('off-air')
    if (isFull) {
      this.#reportOverload()
      leave()
      return void pending.abort('draining', 'the station is full')
    }
    this.#pending.add(pending)
  }

  /**
   * Looks for a newer run of the station in its record, and reports it as `superseded`; at most once in 10 s. Also done
   * when a listener claims to have heard one: anybody can say that, only the station can sign a record.
   */
  async checkRecord(): Promise<void> {
    const nowMs = this.#now()
    // A clock set back must not make this wait until it is there again.
    if (Math.abs(nowMs - this.#checkedAtMs) < RECORD_CHECK_MS) return
    this.#checkedAtMs = nowMs
    const { node, onEvent } = this.#options
    const stored = await readRecord(node.dht, this.#link.stationKey, { latest: true }).catch(() => undefined)
    if (!stored || this.#stopping || compareTerm(stored.record, termOf(this.#credentials.chain)) <= 0) return
    onEvent?.({ type: 'superseded', generation: stored.record.generation, term: stored.record.term })
  }

  #viaOf(conn: SecretStream): Via {
    const host = conn.rawStream.remoteHost ?? ''
    return viaOf(connectionTraits(this.#options.node.dht, conn, this.#swarm?.punchOf(host)))
  }

  #reportOverload(): void {
    const nowMs = this.#now()
    if (Math.abs(nowMs - this.#overloadAtMs) < OVERLOAD_EVENT_MS) return
    this.#overloadAtMs = nowMs
    this.#options.onEvent?.({ type: 'overload', stats: this.stats })
  }
}

function termOf({ encoder, session }: CertificateChain): Term {
  return { generation: encoder.generation, term: session.term }
}

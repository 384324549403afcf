import type { SecretStream } from '@hyperswarm/secret-stream'
import {
  type Announcement,
  type ControlMessage,
  introductionTopic,
  ProtocolError,
  type RelayTicket,
  type Sodium,
  verifyAnnouncement,
  verifyTicket,
} from '@pearcast/protocol'
import { stationTopic } from '@pearcast/protocol'
import type { DhtKeyPair, DhtServer } from 'hyperdht'
import { Admission, admissionLimits } from '../admission.ts'
import { createBoundedStream } from '../bounded-stream.ts'
import { ControlChannel } from '../control-channel.ts'
import type { DhtNode } from '../dht-node.ts'
import { SwarmError } from '../errors.ts'
import { byeMessage, endGently } from '../goodbye.ts'
import type { LinkEnd, PeerLink } from '../peer-link.ts'
import { PendingLink } from '../pending-link.ts'
import { connectionTraits, viaOf } from '../via.ts'
import { isKeyInUse } from './key-in-use.ts'

/** A station that has named this relay, with the proof that it did. */
export interface IntroducedStation {
  stationKey: Uint8Array
  announcement: Announcement
  ticket: RelayTicket
}

export interface IntroductionServerOptions {
  node: DhtNode
  sodium: Sodium
  /** Under which stations name this relay. */
  keyPair: DhtKeyPair
  /** Undefined when it may come; else why not, one line for its operator. */
  admits: (station: IntroducedStation) => string | undefined
  /** The station itself, proven, over the connection that it made. */
  onLink: (station: IntroducedStation, link: PeerLink) => void
  onLinkEnd: (station: IntroducedStation, link: PeerLink, end: LinkEnd) => void
}

const INTRODUCTION_MS = 8000
const HANDSHAKE_TIMEOUT_MS = 5000
const MAX_CONNECTIONS = 256
const LOOK_FOR_ANOTHER_MS = 3000
/** What the answer says of a place that lasts as long as the connection. */
const LIFETIME_MS = 3_600_000

/** The side of a relay at which stations introduce themselves. Nobody is served without a ticket that names this relay. */
export class IntroductionServer {
  readonly #options: IntroductionServerOptions
  readonly #server: DhtServer
  readonly #connections = new Set<SecretStream>()
  readonly #pending = new Set<PendingLink>()
  readonly #admission: Admission
  #stopped = false

  constructor(options: IntroductionServerOptions) {
    const { node } = options
    this.#options = options
    const limits = { maxConnections: MAX_CONNECTIONS, handshakesPerAddress: { burst: 32, perSecond: 2 } }
    this.#admission = new Admission(admissionLimits(limits, node.isLoopback), Date.now())
    const firewall = (_key: Uint8Array, _payload: unknown, { host }: { host: string }): boolean =>
      this.#stopped || !this.#admission.allowsHandshake(host, this.#connections.size, Date.now())
    const createSecretStream = createBoundedStream
    this.#server = node.dht.createServer({ firewall, createSecretStream }, (conn) => this.#accept(conn))
  }

  /**
   * Resolves once stations can reach this relay by its key.
   *
   * @throws SwarmError RELAY_KEY_IN_USE when another one has the same: each would take the other's stations away
   */
  async start(): Promise<void> {
    const { keyPair, node } = this.#options
    if (await isKeyInUse(node, keyPair.publicKey, LOOK_FOR_ANOTHER_MS)) throw SwarmError.relayKeyInUse()
    if (!this.#stopped) await this.#server.listen(keyPair)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const pending of this.#pending) void pending.abort()
    await Promise.all([...this.#connections].map((conn) => endGently(conn)))
    await this.#server.close()
  }

  #accept(conn: SecretStream): void {
    conn.on('error', () => undefined)
    if (this.#stopped || !this.#admission.allowsLink(this.#connections.size)) return void conn.destroy()
    const leave = this.#admission.enter(conn.rawStream.remoteHost ?? '')
    this.#connections.add(conn)
    const timer = setTimeout(() => conn.destroy(), INTRODUCTION_MS)
    conn.once('close', () => {
      clearTimeout(timer)
      leave()
      this.#connections.delete(conn)
    })
    let announcement: Announcement | undefined
    const onMessage = (message: ControlMessage): void => {
      if (message.type === 'announcement') announcement = message
      if (message.type !== 'ticket' || announcement === undefined) return
      clearTimeout(timer)
      this.#introduced(conn, channel, announcement, message.ticket)
      // One introduction a connection.
      announcement = undefined
    }
    const topic = introductionTopic(this.#options.sodium, this.#options.keyPair.publicKey)
    const drop = (): void => void conn.destroy()
    const channel = new ControlChannel(
      conn,
      topic,
      { onMessage, onViolation: drop, onClosed: drop },
      Date.now,
    )
  }

  #introduced(
    conn: SecretStream,
    channel: ControlChannel,
    announcement: Announcement,
    ticket: RelayTicket,
  ): void {
    const station = { stationKey: announcement.chain.encoder.stationKey, announcement, ticket }
    const why = this.#judge(station)
    if (why !== undefined) {
      channel.send(byeMessage('kicked', why))
      channel.mute()
      return void endGently(conn)
    }
    channel.send({ type: 'reserved', channel: 0, lifetimeMs: LIFETIME_MS, bytesPerS: 0, freeSlots: 0 })
    this.#open(conn, station)
  }

  #judge(station: IntroducedStation): string | undefined {
    const { admits, keyPair, sodium } = this.#options
    const { announcement, stationKey, ticket } = station
    const nowS = Math.floor(Date.now() / 1000)
    try {
      verifyAnnouncement(sodium, announcement, { stationKey, nowS })
      const { encoder } = announcement.chain
      verifyTicket(sodium, ticket, { certificate: encoder, relayKey: keyPair.publicKey, nowS })
    } catch (error) {
      if (error instanceof ProtocolError) return error.message
      throw error
    }
    return admits(station)
  }

  /** The station proves itself as it does to any listener: what it showed until now, anybody can repeat. */
  #open(conn: SecretStream, station: IntroducedStation): void {
    const { node, onLink, onLinkEnd, sodium } = this.#options
    const { stationKey } = station
    const pending: PendingLink = new PendingLink({
      conn,
      topic: stationTopic(sodium, stationKey),
      handshake: { sodium, link: { stationKey }, role: 'relay', nowS: Math.floor(Date.now() / 1000) },
      via: () => viaOf(connectionTraits(node.dht, conn, undefined)),
      now: Date.now,
      timeoutMs: HANDSHAKE_TIMEOUT_MS,
      onLink: (open) => {
        this.#pending.delete(pending)
        onLink(station, open)
      },
      onRefused: () => this.#pending.delete(pending),
      onEnd: (open, end) => onLinkEnd(station, open, end),
    })
    this.#pending.add(pending)
  }
}

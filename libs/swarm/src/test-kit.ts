import type { SecretStream } from '@hyperswarm/secret-stream'
import {
  type CertificateChain,
  issueEncoderCertificate,
  issueSessionCertificate,
  type KeyPair,
  keyPairFromSeed,
  type StationLink,
  stationTopic,
} from '@pearcast/protocol'
import HyperDHT from 'hyperdht'
import sodium from 'sodium-universal'
import { StationAnnouncer, type StationAnnouncerOptions, type AnnouncerEvent } from './announcer.ts'
import {
  type ConnectionEvent,
  ConnectionManager,
  type ConnectionManagerOptions,
} from './connection-manager.ts'
import { type DhtNode, openDht } from './dht-node.ts'
import type { Term } from './handshake.ts'
import type { PeerLink } from './peer-link.ts'
import { PendingLink } from './pending-link.ts'
import { type PrivateDht, startPrivateDht } from './private-dht.ts'
import { randomBytes } from './random.ts'
import { connectionTraits, viaOf } from './via.ts'

/** A station's keys, as `pearcast` would keep them in files. */
export interface TestStation {
  keyPair: KeyPair
  link: StationLink
  credentials(term: number): { chain: CertificateChain; sessionSecretKey: Uint8Array }
}

export function createStation(groupKey?: Uint8Array): TestStation {
  const keyPair = keyPairFromSeed(sodium, randomBytes(32))
  const encoder = keyPairFromSeed(sodium, randomBytes(32))
  const stationKey = keyPair.publicKey
  const nowS = Math.floor(Date.now() / 1000)
  const period = { notBeforeS: nowS - 60, notAfterS: nowS + 3600 }
  return {
    keyPair,
    link: { stationKey, ...(groupKey && { groupKey }) },
    credentials: (term) => {
      const session = keyPairFromSeed(sodium, randomBytes(32))
      const generation = 1
      const chain = {
        encoder: issueEncoderCertificate(sodium, keyPair, {
          encoderKey: encoder.publicKey,
          generation,
          ...period,
        }),
        session: issueSessionCertificate(sodium, encoder, {
          stationKey,
          generation,
          sessionKey: session.publicKey,
          term,
          ...period,
        }),
      }
      return { chain, sessionSecretKey: session.secretKey }
    },
  }
}

/** A private DHT and everything that was started on it; `close` ends all of it. */
export class TestNet {
  readonly #dht: PrivateDht
  readonly #closers: (() => Promise<unknown>)[] = []

  constructor(dht: PrivateDht) {
    this.#dht = dht
  }

  static async start(): Promise<TestNet> {
    return new TestNet(await startPrivateDht({ nodes: 4 }))
  }

  get bootstrap(): PrivateDht['bootstrap'] {
    return this.#dht.bootstrap
  }

  onClose(closer: () => Promise<unknown>): void {
    this.#closers.unshift(closer)
  }

  async node(): Promise<DhtNode> {
    const node = await openDht({ bootstrap: this.#dht.bootstrap })
    this.onClose(() => node.close())
    await node.ready()
    return node
  }

  async announce(
    station: TestStation,
    options: Partial<StationAnnouncerOptions> & { term?: number } = {},
  ): Promise<TestAnnouncer> {
    const { term = 1, ...rest } = options
    const node = rest.node ?? (await this.node())
    const links: PeerLink[] = []
    const events: AnnouncerEvent[] = []
    const announcer = new StationAnnouncer({
      node,
      sodium,
      station: { ...station.keyPair, ...(station.link.groupKey && { groupKey: station.link.groupKey }) },
      ...station.credentials(term),
      onLink: (link) => links.push(link),
      onEvent: (event) => events.push(event),
      ...rest,
    })
    this.onClose(() => announcer.stop())
    await announcer.start()
    return { announcer, node, links, events }
  }

  async listen(link: StationLink, options: Partial<ConnectionManagerOptions> = {}): Promise<TestListener> {
    const node = options.node ?? (await this.node())
    const links: PeerLink[] = []
    const events: ConnectionEvent[] = []
    const manager = new ConnectionManager({
      node,
      sodium,
      link,
      jitterMs: 0,
      onLink: (open) => links.push(open),
      onEvent: (event) => events.push(event),
      ...options,
    })
    this.onClose(() => manager.stop())
    manager.start()
    return { manager, node, links, events }
  }

  /** One Noise connection to a key, open and nothing more. */
  async dial(node: DhtNode, publicKey: Uint8Array): Promise<SecretStream> {
    const conn = node.dht.connect(publicKey, { keyPair: HyperDHT.keyPair() })
    conn.on('error', () => undefined)
    this.onClose(async () => conn.destroy())
    if (!(await conn.opened)) throw new Error('the connection did not open')
    return conn
  }

  /** One proven link to a key, and the connection below it. */
  async prove(
    node: DhtNode,
    publicKey: Uint8Array,
    link: StationLink,
    minTerm?: Term,
  ): Promise<{ link: PeerLink; conn: SecretStream }> {
    const conn = await this.dial(node, publicKey)
    const open = await new Promise<PeerLink>((resolve, reject) => {
      const pending = new PendingLink({
        conn,
        topic: stationTopic(sodium, link.stationKey),
        handshake: { sodium, link, role: 'listener', minTerm, nowS: Math.floor(Date.now() / 1000) },
        via: () => viaOf(connectionTraits(node.dht, conn, undefined)),
        now: Date.now,
        timeoutMs: 2000,
        onLink: resolve,
        onRefused: ({ code, detail }) => reject(new Error(`${code}: ${detail}`)),
        onEnd: () => undefined,
      })
      this.onClose(() => pending.abort())
    })
    return { link: open, conn }
  }

  async close(): Promise<void> {
    for (const closer of this.#closers) await closer()
    await this.#dht.close()
  }
}

export interface TestAnnouncer {
  announcer: StationAnnouncer
  node: DhtNode
  links: PeerLink[]
  events: AnnouncerEvent[]
}

export interface TestListener {
  manager: ConnectionManager
  node: DhtNode
  links: PeerLink[]
  events: ConnectionEvent[]
}

/** Polls until `probe` gives something. */
export async function until<T>(probe: () => T | undefined | false, what: string, ms = 5000): Promise<T> {
  const endMs = Date.now() + ms
  for (;;) {
    const value = probe()
    if (value !== undefined && value !== false) return value
    if (Date.now() > endMs) throw new Error(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export { sodium }

import { toHex, type ControlMessage, type Sodium, type StationLink } from '@pearcast/protocol'
import { addressPrefix } from '@pearcast/relay'
import {
  dialMember,
  HelperSearch,
  readRecord,
  type Address,
  type DhtNode,
  type PeerLink,
} from '@pearcast/swarm'
import type { Upstream, UpstreamOptions } from './upstream.ts'

export interface TreeParentsOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  createUpstream: (options: Pick<UpstreamOptions, 'key' | 'link'>) => Upstream
  onUp: (key: string, news: { rttMs: number; prefix: string | undefined }) => void
  onDown: (key: string, why: 'failed' | 'lost' | 'off-air' | 'violation') => void
  onFound: (key: string, source: 'record' | 'topic') => void
  /** The station's record was read. */
  onRecord: (run: { generation: number; term: number }) => void
}

/** Hole punching takes its time; a client waits as long for a link. */
const DIAL_TIMEOUT_MS = 10_000
const MAX_ROUTES = 128

interface Parent {
  abandon?: () => Promise<void>
  upstream?: Upstream
}

/** Connections to those who carry the station without being it. Does what the tree asks, and tells how it went. */
export class TreeParents {
  readonly #options: TreeParentsOptions
  readonly #parents = new Map<string, Parent>()
  readonly #routes = new Map<string, readonly Address[]>()
  /** Goodbyes on their way. */
  readonly #leaving = new Set<Promise<void>>()
  #search: HelperSearch | undefined
  #stopped = false

  constructor(options: TreeParentsOptions) {
    this.#options = options
  }

  upstream(key: string): Upstream | undefined {
    return this.#parents.get(key)?.upstream
  }

  connect(key: string): void {
    if (this.#stopped || this.#parents.has(key)) return
    const { link, node, onDown, role, sodium } = this.#options
    const parent: Parent = {}
    this.#parents.set(key, parent)
    parent.abandon = dialMember({
      node,
      sodium,
      link,
      role,
      key,
      relayAddresses: this.#routes.get(key) ?? [],
      timeoutMs: DIAL_TIMEOUT_MS,
      onLink: (open) => this.#opened(key, parent, open),
      onFailed: () => {
        if (this.#forget(key, parent)) onDown(key, 'failed')
      },
      onEnd: (_open, end) => {
        const isOffAir = end.kind === 'bye' && end.reason === 'off-air'
        const why = end.kind === 'violation' ? 'violation' : isOffAir ? 'off-air' : 'lost'
        if (this.#forget(key, parent)) onDown(key, why)
      },
    })
  }

  disconnect(key: string): void {
    const parent = this.#parents.get(key)
    if (parent === undefined || !this.#forget(key, parent)) return
    if (parent.upstream === undefined) void parent.abandon?.()
    else this.#leave(parent.upstream)
  }

  send(key: string, message: ControlMessage): void {
    this.#parents.get(key)?.upstream?.link.send(message)
  }

  /** Looks up the station's record and the topic of helpers; a look that still runs is not repeated. */
  search(): void {
    if (this.#stopped || this.#search !== undefined) return
    const { link, node, onFound, sodium } = this.#options
    const search = new HelperSearch(node, sodium, link.stationKey, ({ key, relayAddresses }) => {
      if (this.#routes.size >= MAX_ROUTES) this.#routes.clear()
      this.#routes.set(key, relayAddresses)
      onFound(key, 'topic')
    })
    this.#search = search
    void Promise.all([search.done, this.#readRecord()]).then(() => (this.#search = undefined))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#search?.stop()
    const endings = [...this.#parents.values()].map(({ abandon, upstream }) => {
      upstream?.detach()
      return upstream === undefined ? abandon?.() : upstream.link.close('leaving')
    })
    this.#parents.clear()
    await Promise.allSettled([...endings, ...this.#leaving])
  }

  #leave({ link }: Upstream): void {
    const left = link.close('leaving')
    this.#leaving.add(left)
    void left.finally(() => this.#leaving.delete(left))
  }

  async #readRecord(): Promise<void> {
    const { link, node, onFound, onRecord } = this.#options
    const stored = await readRecord(node.dht, link.stationKey, { latest: false }).catch(() => undefined)
    if (stored === undefined || this.#stopped) return
    onRecord(stored.record)
    for (const relay of stored.record.relays) onFound(toHex(relay), 'record')
  }

  #opened(key: string, parent: Parent, open: PeerLink): void {
    if (this.#parents.get(key) !== parent) return void open.close('leaving', 'no longer needed')
    parent.upstream = this.#options.createUpstream({ key, link: open })
    this.#options.onUp(key, { rttMs: open.rttMs, prefix: addressPrefix(open.remoteAddress.host) })
  }

  /** False when it was forgotten before. */
  #forget(key: string, parent: Parent): boolean {
    if (this.#parents.get(key) !== parent) return false
    this.#parents.delete(key)
    parent.upstream?.detach()
    return true
  }
}

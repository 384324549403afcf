import type { HostLimits } from '../host/admission.ts'
import { VirtualClock } from './clock.ts'
import { testFrame } from './frames.ts'
import { type Behaviour, Node, type Surroundings } from './node.ts'
import { seededRandom } from './random.ts'

export interface WorldOptions {
  readonly seed: number
  /** Children of the broadcaster, and of each relay. */
  readonly rootChildren?: number
  readonly relayChildren?: number
  /** Of the listeners may relay, 0..1. */
  readonly relays?: number
  /** Of the datagrams are lost, 0..1. */
  readonly loss?: number
}

const FRAME_MS = 20
/** Hole punching after the handshake, and a search in the DHT. */
const PUNCH_MS = 60
const SEARCH_MS = 120
/** A dial that nobody answers, and the keep-alive of a link whose other end vanished. */
const DIAL_TIMEOUT_MS = 4000
const KEEP_ALIVE_MS = 10_000
/** A DHT node answers at most so many entries of a topic. */
const TOPIC_ENTRIES = 20

/**
 * A broadcaster and any number of peers in virtual time: links with a delay between every two, discovery, partitions, and
 * peers that vanish or cheat. Nothing of it is real but the peers. The same seed gives the same story.
 */
export class World implements Surroundings {
  readonly clock: VirtualClock = new VirtualClock()
  readonly random: () => number
  readonly nodes: Map<string, Node> = new Map()
  readonly root: Node
  /** Circles that were found, which there must not be. */
  readonly loops: string[] = []
  /** While true the source sends nothing. */
  stalled = false
  seq = 0
  run = 0
  #isCut: (a: Node, b: Node) => boolean = () => false
  readonly #options: Required<WorldOptions>

  constructor(options: WorldOptions) {
    this.#options = { rootChildren: 8, relayChildren: 4, relays: 0.6, loss: 0, ...options }
    this.random = seededRandom(options.seed)
    this.root = this.add({ isRoot: true })
    this.root.start()
    this.clock.every(FRAME_MS, () => {
      if (!this.stalled && this.root.alive) {
        this.seq++
        this.root.peer.publish(testFrame(this.seq, 0, 1, this.run), this.clock.nowMs)
      }
      return true
    })
  }

  /** Another peer; it joins when it is started. */
  add({
    behaviour,
    isRoot = false,
    relays,
  }: { behaviour?: Behaviour; isRoot?: boolean; relays?: boolean } = {}): Node {
    const { relayChildren, relays: share, rootChildren } = this.#options
    const at = this.nodes.size
    const maxChildren = isRoot ? rootChildren : relayChildren
    const limits: HostLimits = {
      maxChildren,
      maxStandby: maxChildren,
      maxPerPrefix: 64,
      bytesPerS: 40_000,
      lifetimeMs: 30_000,
    }
    const node = new Node(this, {
      key: keyOf(at, this.random),
      isRoot,
      limits,
      relays: relays ?? this.random() < share,
      prefix: `net-${at}`,
      ...(behaviour !== undefined && { behaviour }),
    })
    this.nodes.set(node.key, node)
    return node
  }

  /** So many peers that join within `withinMs`. */
  join(count: number, withinMs = 0): Node[] {
    return Array.from({ length: count }, () => {
      const node = this.add()
      this.clock.after(this.random() * withinMs, () => node.start())
      return node
    })
  }

  get listeners(): Node[] {
    return [...this.nodes.values()].filter(({ alive, isRoot }) => alive && !isRoot)
  }

  /** It vanishes without a word. */
  kill(node: Node): void {
    node.alive = false
    node.announced = false
    for (const key of node.links) {
      const other = this.nodes.get(key)
      if (other !== undefined) this.clock.after(KEEP_ALIVE_MS, () => this.#unlink(other, node.key))
    }
  }

  /** Nothing passes between two peers for which this is true. */
  cut(isCut: (a: Node, b: Node) => boolean): void {
    this.#isCut = isCut
    for (const node of this.nodes.values()) {
      for (const key of node.links) {
        this.clock.after(KEEP_ALIVE_MS, () => {
          const other = this.nodes.get(key)
          if (other !== undefined && this.#isCut(node, other)) this.#unlink(node, key)
        })
      }
    }
  }

  heal(): void {
    this.#isCut = () => false
  }

  /** One way, 5 to 45 ms, the same for a pair in both directions. */
  delayMs(a: Node, b: Node): number {
    const [x, y] = a.key < b.key ? [a.key, b.key] : [b.key, a.key]
    return 5 + ((Number.parseInt(x.slice(0, 6), 16) * 31 + Number.parseInt(y.slice(0, 6), 16) * 17) % 40)
  }

  search(node: Node): void {
    this.clock.after(SEARCH_MS, () => {
      if (!node.alive) return
      const { nowMs } = this.clock
      node.peer.learn({ key: this.root.key, source: 'record', depth: 0 }, nowMs)
      const helpers = [...this.nodes.values()].filter(({ announced }) => announced)
      for (let i = 0; i < Math.min(TOPIC_ENTRIES, helpers.length); i++) {
        const helper = helpers[Math.floor(this.random() * helpers.length)]
        if (helper !== undefined) node.peer.learn({ key: helper.key, source: 'topic' }, nowMs)
      }
    })
  }

  connect(from: Node, key: string): void {
    const to = this.nodes.get(key)
    if (from.links.has(key) && to !== undefined) {
      return this.clock.after(0, () =>
        from.peer.linkUp(key, { rttMs: 2 * this.delayMs(from, to) }, this.clock.nowMs),
      )
    }
    if (to === undefined || !to.alive || this.#isCut(from, to)) {
      return this.clock.after(DIAL_TIMEOUT_MS, () => from.alive && from.peer.linkDown(key, this.clock.nowMs))
    }
    const rttMs = 2 * this.delayMs(from, to)
    this.clock.after(PUNCH_MS + 2 * rttMs, () => {
      if (!from.alive) return
      if (!to.alive || this.#isCut(from, to)) return from.peer.linkDown(key, this.clock.nowMs)
      from.links.add(key)
      to.links.add(from.key)
      from.peer.linkUp(key, { rttMs, prefix: to.prefix }, this.clock.nowMs)
    })
  }

  disconnect(from: Node, key: string): void {
    if (!from.links.delete(key)) return
    const to = this.nodes.get(key)
    if (to !== undefined) this.clock.after(this.delayMs(from, to), () => this.#unlink(to, from.key))
  }

  childLeft(host: Node, child: string): void {
    this.disconnect(host, child)
  }

  /** A datagram: it may be lost. */
  sendDatagram(from: Node, key: string, deliver: (to: Node) => void, delayMs = 0): void {
    if (this.#options.loss === 0 || this.random() >= this.#options.loss)
      this.send(from, key, deliver, delayMs)
  }

  send(from: Node, key: string, deliver: (to: Node) => void, delayMs = 0): void {
    const to = this.nodes.get(key)
    if (to === undefined || !from.alive || !from.links.has(key) || this.#isCut(from, to)) return
    this.clock.after(this.delayMs(from, to) + delayMs, () => deliver(to))
  }

  /** Follows the primary parents from a peer up: there must be an end. */
  checkTree(from: Node): void {
    const way = [from.key]
    for (let key = from.primary; key !== undefined; key = this.nodes.get(key)?.primary) {
      if (way.includes(key)) {
        this.loops.push(
          `${this.clock.nowMs} ms: ${[...way, key].map((each) => each.slice(0, 6)).join(' -> ')}`,
        )
        return
      }
      way.push(key)
    }
  }

  /** Hops from the broadcaster along the primary parents, 0 for the broadcaster, Infinity without a way. */
  depthOf(node: Node): number {
    let depth = 0
    for (let at: Node | undefined = node; at !== undefined; depth++) {
      if (at.isRoot) return depth
      at = at.primary === undefined || depth > 64 ? undefined : this.nodes.get(at.primary)
    }
    return Infinity
  }

  #unlink(node: Node, key: string): void {
    if (node.links.delete(key) && node.alive) node.peer.linkDown(key, this.clock.nowMs)
  }
}

/** 64 digits: a number, then random ones. */
function keyOf(at: number, random: () => number): string {
  const digits = Array.from({ length: 8 }, () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0'),
  )
  return `${digits.join('').slice(0, 60)}${at.toString(16).padStart(4, '0')}`
}

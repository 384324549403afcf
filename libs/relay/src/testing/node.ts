import { type ControlMessage, decodeControl, encodeControl } from '@pearcast/protocol'
import type { HostLimits } from '../host/admission.ts'
import { type RelayEffect, RelayPeer } from '../relay-peer.ts'
import type { VirtualClock } from './clock.ts'
import { testFrame, type TestFrame, TestRing } from './frames.ts'

/** What a peer that does not play by the rules does to what it sends. */
export interface Behaviour {
  /** The frames to send instead, each with the hops to claim. */
  readonly frame?: (frame: TestFrame, hops: number) => readonly { frame: TestFrame; hops: number }[]
  readonly beat?: (headSeq: number) => number | undefined
  readonly message?: (message: ControlMessage) => ControlMessage | undefined
  readonly delayMs?: number
}

export interface NodeOptions {
  readonly key: string
  readonly isRoot?: boolean
  /** Whether it may relay. */
  readonly relays: boolean
  readonly limits: HostLimits
  readonly prefix: string
  readonly behaviour?: Behaviour
}

/** What a node can do to the world that it lives in. */
export interface Surroundings {
  readonly clock: VirtualClock
  readonly random: () => number
  search(node: Node): void
  connect(from: Node, key: string): void
  disconnect(from: Node, key: string): void
  childLeft(host: Node, child: string): void
  send(from: Node, key: string, deliver: (to: Node) => void, delayMs?: number): void
  sendDatagram(from: Node, key: string, deliver: (to: Node) => void, delayMs?: number): void
  /** A node has another parent: is the tree still one? */
  checkTree(from: Node): void
}

/** One peer, and what its ears noticed. */
export class Node {
  readonly key: string
  readonly prefix: string
  readonly peer: RelayPeer<TestFrame>
  readonly isRoot: boolean
  readonly links: Set<string> = new Set()
  behaviour: Behaviour
  alive = true
  announced = false
  /** When it started, and when it first heard something. */
  startedMs = 0
  firstMs: number | undefined
  lastMs = 0
  /** The longest time without a new frame since `resetEars`. */
  gapMs = 0
  heard = 0
  headSeq = -1
  forgedHeard = 0
  readonly parents: { atMs: number; key: string | undefined; cause: string }[] = []
  readonly distrusted: { atMs: number; key: string; reason: string }[] = []
  readonly #world: Surroundings
  readonly #ring = new TestRing()
  #run = 0
  /** It never learns that the station began anew. */
  deafToRuns: boolean = false

  constructor(
    world: Surroundings,
    { behaviour = {}, isRoot = false, key, limits, prefix, relays }: NodeOptions,
  ) {
    this.#world = world
    this.key = key
    this.prefix = prefix
    this.isRoot = isRoot
    this.behaviour = behaviour
    this.peer = new RelayPeer<TestFrame>({
      self: key,
      isRoot,
      limits,
      ring: this.#ring,
      random: world.random,
      perform: (effect) => this.#perform(effect),
      verify: ({ run, signature }) => signature === 1 && run === this.#run,
      isCopy: (known, { run, signature }) => known.signature === signature && known.run === run,
      sendFrame: (child, frame, hops) => this.#sendFrame(child, frame, hops),
      sendBeat: (child, headSeq) => this.#sendBeat(child, headSeq),
    })
    if (relays && !isRoot) this.peer.host.setFit(true, 0)
  }

  get primary(): string | undefined {
    return this.peer.client.primary
  }

  start(): void {
    const { clock } = this.#world
    this.startedMs = clock.nowMs
    this.peer.start(clock.nowMs)
    clock.every(20, () => {
      if (this.alive && this.peer.nextMs <= clock.nowMs) this.peer.advance(clock.nowMs)
      return this.alive
    })
  }

  /** It has seen the certificate of a new run. */
  beginRun(run: number): void {
    if (this.deafToRuns) return
    this.#run = run
    this.headSeq = -1
    this.peer.beginRun(run, this.#world.clock.nowMs)
  }

  resetEars(): void {
    this.gapMs = 0
    this.lastMs = this.#world.clock.nowMs
    this.parents.length = 0
    this.distrusted.length = 0
  }

  /** The longest gap, one that still lasts included. */
  get worstGapMs(): number {
    return Math.max(this.gapMs, this.#world.clock.nowMs - this.lastMs)
  }

  receiveFrame(from: string, frame: TestFrame): void {
    if (!this.alive || !this.links.has(from)) return
    const { nowMs } = this.#world.clock
    const outcome = this.peer.frame(from, frame, nowMs)
    if (outcome !== 'forwarded' && outcome !== 'kept') return
    if (frame.signature !== 1) this.forgedHeard++
    this.heard++
    if (frame.seq <= this.headSeq) return
    this.headSeq = frame.seq
    this.firstMs ??= nowMs
    if (this.heard > 1) this.gapMs = Math.max(this.gapMs, nowMs - this.lastMs)
    this.lastMs = nowMs
  }

  receive(from: Node, message: ControlMessage): void {
    if (this.alive && this.links.has(from.key)) {
      this.peer.message(from.key, from.prefix, message, this.#world.clock.nowMs)
    }
  }

  #perform(effect: RelayEffect): void {
    const world = this.#world
    switch (effect.type) {
      case 'search':
        return world.search(this)
      case 'connect':
        return world.connect(this, effect.key)
      case 'disconnect':
        return world.disconnect(this, effect.key)
      case 'send': {
        const { behaviour } = this
        const message = behaviour.message === undefined ? effect.message : behaviour.message(effect.message)
        // Over the wire, so that nothing is said that has no bytes.
        if (message === undefined) return
        const decoded = decodeControl(encodeControl(message))
        if (decoded.type !== 'unknown') world.send(this, effect.key, (to) => to.receive(this, decoded))
        return
      }
      case 'announce':
        this.announced = true
        return
      case 'unannounce':
        this.announced = false
        return
      case 'parent':
        this.parents.push({ atMs: world.clock.nowMs, key: effect.key, cause: effect.cause })
        return world.checkTree(this)
      case 'distrusted':
        this.distrusted.push({ atMs: world.clock.nowMs, key: effect.key, reason: effect.reason })
        return
      case 'child-left':
        // Its link stays up until it closes it, or until its own parent is elsewhere.
        return world.childLeft(this, effect.key)
      case 'child':
      case 'place':
      case 'drained':
        return
    }
  }

  #sendFrame(child: string, frame: TestFrame, hops: number): boolean {
    const copies = this.behaviour.frame?.(frame, hops) ?? [{ frame, hops }]
    // Who withholds frames beats all the same.
    if (copies.length === 0) this.#sendBeat(child, frame.seq)
    for (const copy of copies) {
      const sent = testFrame(copy.frame.seq, copy.hops, copy.frame.signature, copy.frame.run)
      this.#world.sendDatagram(this, child, (to) => to.receiveFrame(this.key, sent), this.behaviour.delayMs)
    }
    return true
  }

  #sendBeat(child: string, headSeq: number): void {
    const claimed = this.behaviour.beat === undefined ? headSeq : this.behaviour.beat(headSeq)
    if (claimed === undefined) return
    this.#world.sendDatagram(
      this,
      child,
      (to) => {
        if (to.alive && to.links.has(this.key)) to.peer.beat(this.key, claimed, this.#world.clock.nowMs)
      },
      this.behaviour.delayMs,
    )
  }
}

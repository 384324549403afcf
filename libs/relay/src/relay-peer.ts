import type { ControlMessage } from '@pearcast/protocol'
import type { CandidateNews } from './client/candidates.ts'
import type { Beats, RelayClientEffect, Stretch } from './client/ports.ts'
import { RelayClient } from './client/relay-client.ts'
import type { ClientInput } from './client/types.ts'
import { Forwarder, type Outcome } from './forward/forwarder.ts'
import type { RelayFrame, RelayRing } from './forward/ports.ts'
import type { Reception } from './forward/repair.ts'
import type { HostLimits } from './host/admission.ts'
import type { RelayHostEffect } from './host/ports.ts'
import { RelayHost } from './host/relay-host.ts'

export type RelayEffect =
  | RelayClientEffect
  | Exclude<RelayHostEffect, { type: 'serve' | 'unserve' | 'room' | 'hand-over' }>
  | ChildEffect

type ChildEffect =
  /** A child gets audio, or heads only, on this channel of its link; `warm`: it takes over from another parent. */
  | { type: 'child'; key: string; channel: number; audio: boolean; warm: boolean }
  | { type: 'child-left'; key: string }

/** What a peer needs of the world. The functions are called for every frame: they neither keep nor wait. */
export interface RelayPeerOptions<F extends RelayFrame> {
  /** Our own DHT key, hex. */
  readonly self: string
  readonly perform: (effect: RelayEffect) => void
  readonly random: () => number
  readonly ring: RelayRing<F>
  readonly verify: (frame: F) => boolean
  readonly isCopy: (known: F, frame: F) => boolean
  readonly sendFrame: (child: string, frame: F, hops: number) => boolean
  readonly sendBeat: (child: string, headSeq: number) => void
  readonly limits: HostLimits
  /** The broadcaster: it has no parent. */
  readonly isRoot?: boolean
  /** See `RelayHostOptions`. */
  readonly hasRoom?: () => boolean
  /** See `RelayClientOptions`. */
  readonly isStation?: (key: string) => boolean
  readonly channel?: number
  readonly timing?: ClientInput
  /** Frames and heartbeats are told by `stretch`, `beats` and `flowing` only: this peer forwards nothing itself. */
  readonly inStretches?: boolean
}

/** Heartbeats to children that got nothing else for so long, and what waits in their queues. */
const TICK_MS = 20
const BEAT_MS = 100
/**
 * Frames of a new run can overtake the certificate that they are verified with, and those of the old one come for a while
 * after it: neither is a forgery.
 */
const ACCUSE_AFTER_MS = 300
const OLD_RUN_MS = 3000

/**
 * One peer of the tree: a client with two parents, a host with children, and the forwarder between them. Links, messages,
 * frames and the time go in, effects come out. `advance` wants to be called at `nextMs`.
 */
export class RelayPeer<F extends RelayFrame> {
  readonly client: RelayClient
  readonly host: RelayHost
  readonly forwarder: Forwarder<F>
  readonly #options: RelayPeerOptions<F>
  #run = 0
  #tickMs = Infinity
  #nowMs = 0
  /** Who sent what did not verify, and since when. */
  readonly #accused = new Map<string, number>()
  #runMs = -Infinity

  constructor(options: RelayPeerOptions<F>) {
    this.#options = options
    const { channel = 1, isCopy, isRoot = false, limits, random, ring, self, sendFrame, verify } = options
    this.client = new RelayClient({
      self,
      random,
      channel,
      perform: (effect) => this.#onClient(effect),
      slots: () => this.host.slots,
      room: () => this.host.room,
      isChild: (key) => this.host.feeds(key),
      feeds: () => this.host.isFeeding,
      ...(options.isStation !== undefined && { isStation: options.isStation }),
      ...(options.timing !== undefined && { timing: options.timing }),
    })
    this.forwarder = new Forwarder<F>({
      ring,
      verify,
      isCopy,
      send: sendFrame,
      depth: () => this.client.lineage.depth,
      admit: (from, { hops, seq }, isNew, nowMs) =>
        this.client.frame(from, this.#run, seq, hops, isNew, nowMs),
      forged: (from, nowMs) => this.#accuse(from, nowMs),
      useless: (from, nowMs) => this.client.useless(from, nowMs),
      slow: (child, nowMs) => this.host.move(child, nowMs),
    })
    this.host = new RelayHost({
      self,
      limits,
      isRoot,
      ...(options.hasRoom !== undefined && { hasRoom: options.hasRoom }),
      perform: (effect) => this.#onHost(effect),
      ancestors: () => this.client.ancestors,
      isParent: (key) => this.client.isParent(key),
      hints: (count) => this.client.hints(count),
    })
    if (isRoot) this.client.lineage.originate(0, 0)
  }

  get nextMs(): number {
    return Math.min(this.client.nextMs, this.host.nextMs, this.#tickMs)
  }

  start(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#options.inStretches !== true) this.#tickMs = nowMs + TICK_MS
    if (this.#options.isRoot !== true) this.client.start(nowMs)
  }

  /** Leaves the tree: children are told where to go first, and `drained` says that they have gone. */
  drain(nowMs: number): void {
    this.#nowMs = nowMs
    this.client.stay()
    this.host.drain(nowMs)
  }

  stop(nowMs: number): void {
    this.#nowMs = nowMs
    this.#tickMs = Infinity
    this.host.stop(nowMs)
    this.client.stop(nowMs)
  }

  advance(nowMs: number): void {
    this.#nowMs = nowMs
    this.client.advance(nowMs)
    this.host.advance(nowMs)
    if (nowMs < this.#tickMs) return
    this.#tickMs = nowMs + TICK_MS
    this.#judge(nowMs)
    // Who has lost its parent is silent, so that its children turn to their second one.
    const orphaned = this.#options.isRoot !== true && this.client.primary === undefined
    this.forwarder.tick(nowMs, orphaned ? Infinity : BEAT_MS, this.#beat)
  }

  learn(news: CandidateNews, nowMs: number): void {
    this.#nowMs = nowMs
    this.client.learn(news, nowMs)
  }

  linkUp(key: string, news: { rttMs?: number; prefix?: string }, nowMs: number): void {
    this.#nowMs = nowMs
    this.client.linkUp(key, news, nowMs)
  }

  /** A link is gone, or one that was asked for did not come up. */
  linkDown(key: string, nowMs: number): void {
    this.#nowMs = nowMs
    this.host.childGone(key, nowMs)
    this.client.linkDown(key, nowMs)
  }

  /** `prefix` of the peer's address, see `addressPrefix`. */
  message(key: string, prefix: string | undefined, message: ControlMessage, nowMs: number): void {
    this.#nowMs = nowMs
    const isUpward = message.type === 'parents' && this.host.isChild(key) && !this.client.isParent(key)
    if (message.type !== 'parents' || isUpward) this.host.message(key, prefix, message, nowMs)
    if (!isUpward) this.client.message(key, message, nowMs)
  }

  /** A frame of the run that counts now. Hot. */
  frame(from: string, frame: F, nowMs: number): Outcome {
    this.#nowMs = nowMs
    return this.forwarder.receive(from, frame, nowMs)
  }

  /** Something else of this parent does not bear the station's signature, though whoever passes it on has to check that. */
  forged(from: string, nowMs: number): void {
    this.#nowMs = nowMs
    this.#accuse(from, nowMs)
  }

  /** Nobody can read what this parent sent: it is no sign of life, but counts towards a flood. Hot. */
  useless(from: string, nowMs: number): void {
    this.client.useless(from, nowMs)
  }

  beat(from: string, headSeq: number, nowMs: number): void {
    this.client.beat(from, headSeq, nowMs)
  }

  /** For simulations: see `RelayClient.stretch`. */
  stretch(from: string, stretch: Stretch, nowMs: number): void {
    this.#nowMs = nowMs
    this.client.stretch(from, this.#run, stretch, nowMs)
  }

  beats(from: string, beats: Beats): void {
    this.client.beats(from, beats)
  }

  flowing(from: string, flows: boolean, nowMs: number): void {
    this.client.flowing(from, flows, nowMs)
  }

  nack(child: string, seqs: readonly number[], nowMs: number): number {
    return this.forwarder.onNack(child, seqs, nowMs)
  }

  reception(child: string, reception: Reception): void {
    this.forwarder.onReception(child, reception)
  }

  /** The station began anew: frames of this run count from now on. Number runs in their order, from 0. */
  beginRun(run: number, nowMs: number): void {
    if (run <= this.#run) return
    this.#nowMs = nowMs
    this.#run = run
    this.#runMs = this.#nowMs
    this.#accused.clear()
    this.forwarder.newRun()
    if (this.#options.isRoot === true) this.client.lineage.originate(run, 0)
  }

  /** The broadcaster's own frame. Hot. */
  publish(frame: F, nowMs: number): void {
    this.#nowMs = nowMs
    this.client.lineage.originate(this.#run, frame.seq)
    this.forwarder.publish(frame, nowMs)
  }

  #accuse(from: string, nowMs: number): void {
    if (nowMs - this.#runMs >= OLD_RUN_MS && !this.#accused.has(from)) this.#accused.set(from, nowMs)
  }

  #judge(nowMs: number): void {
    for (const [from, sinceMs] of this.#accused) {
      if (nowMs - sinceMs < ACCUSE_AFTER_MS) continue
      this.#accused.delete(from)
      this.client.guilty(from, 'forged', nowMs)
    }
  }

  readonly #beat = (child: string): void => {
    this.#options.sendBeat(child, Math.max(0, this.client.lineage.headSeq))
  }

  #onClient(effect: RelayClientEffect): void {
    if (effect.type === 'place') {
      this.host.setFed(effect.ancestors !== undefined, this.#nowMs)
      if (effect.ancestors !== undefined) this.host.placeChanged()
    }
    this.#options.perform(effect)
  }

  #onHost(effect: RelayHostEffect): void {
    const { perform } = this.#options
    switch (effect.type) {
      case 'serve': {
        const { audio, bytesPerS, channel, key, warm } = effect
        perform({ type: 'child', key, channel, audio, warm })
        this.client.slotsChanged(this.#nowMs)
        return this.forwarder.serve(key, { audio, warm, bytesPerS }, this.#nowMs)
      }
      case 'unserve':
        this.forwarder.unserve(effect.key)
        this.client.slotsChanged(this.#nowMs)
        return perform({ type: 'child-left', key: effect.key })
      case 'room':
        return this.client.slotsChanged(this.#nowMs)
      case 'hand-over':
        return this.client.handOver(effect.to, effect.link, this.#nowMs)
      default:
        return perform(effect)
    }
  }
}

import { randomInt } from 'node:crypto'
import type { FrameRing } from '@pearcast/media'
import type { Accepted, Announcement, Frame, Path, Via } from '@pearcast/protocol'
import { addressPrefix, type HostLimits, type RelayEffect, type RelayPeer } from '@pearcast/relay'
import type { PeerLink } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import type { RtcCarrier, RtcSessionOptions } from '../rtc-session.ts'
import type { ChildHost } from './child-host.ts'
import { Child } from './child.ts'
import { CongestionControl, type CongestionControlOptions } from './congestion-control.ts'
import { FrameCopies } from './frame-copies.ts'
import { SwitchQueue } from './switch-queue.ts'

/** A repeated frame goes out so much later: a burst that takes one need not take both. */
const REPEAT_AFTER_FRAMES = 2

/** What becomes of those who listen here. */
export type AudienceEvent =
  | { event: 'listener-joined'; id: string; path: Path; via: Via }
  | { event: 'listener-path'; id: string; from: Path; path: Path; via: Via }
  | { event: 'listener-left'; id: string; reason: string }

export interface AudienceOptions extends CongestionControlOptions {
  ring: FrameRing
  /** Whether this machine has room for one more, asked last. Default: always. */
  hasRoom?: () => boolean
  /** What the station says of itself; undefined while it is not known. */
  announcement: () => Announcement | undefined
  /** Unix microseconds of the station; undefined while not known. */
  clockUs: () => number | undefined
  /** Undefined where WebRTC is not wanted or not possible. */
  openRtc?: (options: Pick<RtcSessionOptions, 'link' | 'onPhase' | 'ssrc'>) => RtcCarrier | undefined
  /** It has a place from now on. */
  onServed?: (link: PeerLink) => void
  onEvent: (event: AudienceEvent) => void
}

/** The tree, as far as children are concerned. */
export type Host = Pick<RelayPeer<Frame>, 'host' | 'linkDown' | 'message'>

/**
 * Everybody who listens at this peer: their links, paths, repairs and budget. Who has a place is the tree's word, and
 * its forwarder calls `sendFrame`.
 */
export class Audience {
  readonly #options: AudienceOptions
  /** Every open link, subscribed or not. */
  readonly #children = new Map<string, Child>()
  readonly #listeners = new Set<Child>()
  readonly #childHost: ChildHost<Child>
  readonly #congestion: CongestionControl
  readonly #switches: SwitchQueue
  #tree: Host | undefined
  #bytesOfLeft = 0
  #bytesAtTick = 0
  #sentBps = 0
  #awaited = 0
  #enough: () => void = () => {}

  constructor(options: AudienceOptions) {
    this.#options = options
    this.#congestion = new CongestionControl(this.#listeners, options)
    this.#switches = new SwitchQueue(() => this.#congestion.allowsSwitch)
    this.#childHost = this.#createHost(new FrameCopies(randomInt(1, 2 ** 32 - 1)))
  }

  /** Before the first child: who has a place is decided there. */
  plant(tree: Host): void {
    this.#tree = tree
  }

  adopt(link: PeerLink): void {
    const child = new Child(link, this.#childHost)
    this.#children.set(child.key, child)
  }

  /** What the tree wants done with a child. */
  perform(effect: RelayEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#children.get(effect.key)?.link.send(effect.message)
      case 'child':
        return this.#serve(effect.key, effect.channel, effect.audio)
      case 'child-left':
        return this.#children.get(effect.key)?.unserve('moved')
      default:
        return
    }
  }

  has(key: string): boolean {
    return this.#children.has(key)
  }

  /** Room for one more on the line and the machine. */
  get hasRoom(): boolean {
    return this.#congestion.admits && this.#options.hasRoom?.() !== false
  }

  /** From the forwarder, once a child and frame, with the hops to write. Hot. */
  readonly sendFrame = (key: string, frame: Frame, hops: number): boolean => {
    const child = this.#children.get(key)
    return child === undefined || child.send(this.#childHost.copies.at(frame, hops))
  }

  /** To a child that got nothing else. */
  readonly sendBeat = (key: string, headSeq: number): void => {
    this.#children.get(key)?.hopBeat(headSeq)
  }

  /** A frame has gone out to all. Hot. */
  sent(frame: Frame, hops: number): void {
    this.#congestion.onFrame(frame)
    const again = this.#options.ring.get(frame.seq - REPEAT_AFTER_FRAMES)
    if (again === undefined) return
    // After all others: the copies of one frame are made once, and a second one between two children would make them anew.
    for (const child of this.#listeners) {
      if (child.repeats) child.send(this.#childHost.copies.at(again, hops))
    }
  }

  /** Those to whom audio goes. */
  get size(): number {
    let size = 0
    for (const child of this.#listeners) if (child.joined) size++
    return size
  }

  get bytesSent(): number {
    let bytes = this.#bytesOfLeft
    for (const child of this.#children.values()) bytes += child.bytesSent
    return bytes
  }

  /** What goes out now, bit/s, over the latest second. */
  get sentBps(): number {
    return this.#sentBps
  }

  /** What the uplink is believed to carry, bit/s. */
  get uplinkBps(): number | undefined {
    return this.#congestion.uplinkBps
  }

  /** Resolves when so many listen at once. */
  async gathered(count: number): Promise<void> {
    this.#awaited = count
    if (this.size < count) await new Promise<void>((resolve) => (this.#enough = resolve))
  }

  /** The station says something new of itself. */
  announce(announcement: Announcement): void {
    for (const child of this.#listeners) child.announce(announcement)
  }

  /** Ten times a second: what the source signs of its silence, or that the hop lives where no frames show it. */
  beat(signed: Uint8Array | undefined, nowMs: number): void {
    this.#congestion.beat(nowMs)
    const headSeq = Math.max(0, this.#options.ring.head)
    // Those who get heads only hear from the forwarder.
    if (signed === undefined) for (const child of this.#listeners) child.hopBeat(headSeq)
    else for (const child of this.#children.values()) child.beat(signed)
  }

  /** Once a second: who has to leave for want of uplink, and who only takes up room. */
  tick(nowMs: number): void {
    this.#congestion.tick(nowMs)
    this.#switches.tick()
    const { bytesSent } = this
    this.#sentBps = 8 * (bytesSent - this.#bytesAtTick)
    this.#bytesAtTick = bytesSent
    for (const child of this.#children.values()) child.watch(this.#tree?.host.isChild(child.key) === true)
  }

  async sayBye(reason: 'off-air' | 'superseded' | 'leaving'): Promise<void> {
    await Promise.allSettled([...this.#children.values()].map((child) => child.close(reason)))
  }

  /** Nobody waits for an audience any more. */
  stop(): void {
    this.#enough()
  }

  #createHost(copies: FrameCopies): ChildHost<Child> {
    const { clockUs, onEvent, openRtc, ring } = this.#options
    return {
      copies,
      ring,
      clockUs,
      switches: this.#switches,
      toTree: (child, message) => this.#tell(child, message),
      subscribe: (child, message) => {
        this.#tell(child, message)
        return this.#tree?.host.isChild(child.key) === true
      },
      evict: (child) => this.#tree?.host.evict(child.key, nowMs()),
      greet: (channel) => this.#greet(channel),
      openRtc: (child) =>
        openRtc?.({ link: child.link, ssrc: copies.ssrc, onPhase: (phase) => child.rtcPhase(phase) }),
      joined: (child) => {
        const { id, path, via } = child
        onEvent({ event: 'listener-joined', id, path, via })
        if (this.size >= this.#awaited) this.#enough()
      },
      pathChanged: (child, from) => {
        const { id, path, via } = child
        onEvent({ event: 'listener-path', id, from, path, via })
      },
      paused: (child) => this.#leaves(child, 'congested'),
      left: (child, reason) => this.#leaves(child, reason),
      gone: (child, reason) => this.#gone(child, reason),
    }
  }

  #greet(channel: number): { accepted: Accepted; announcement: Announcement | undefined } {
    const accepted: Accepted = { type: 'accepted', channel, headSeq: Math.max(0, this.#options.ring.head) }
    return { accepted, announcement: this.#options.announcement() }
  }

  #tell(child: Child, message: Parameters<Host['message']>[2]): void {
    this.#tree?.message(child.key, addressPrefix(child.link.remoteAddress.host), message, nowMs())
  }

  #serve(key: string, channel: number, audio: boolean): void {
    const child = this.#children.get(key)
    if (child === undefined) return
    this.#options.onServed?.(child.link)
    if (audio) this.#listeners.add(child)
    child.serve(channel, audio)
  }

  #gone(child: Child, reason: string): void {
    if (this.#children.get(child.key) !== child) return
    this.#children.delete(child.key)
    this.#bytesOfLeft += child.bytesSent
    this.#leaves(child, reason)
    this.#tree?.linkDown(child.key, nowMs())
  }

  #leaves(child: Child, reason: string): void {
    this.#listeners.delete(child)
    if (child.joined) this.#options.onEvent({ event: 'listener-left', id: child.id, reason })
  }
}

/** Places of a peer that serves so many, each of them with room for the stream twice. */
export function hostLimits(
  maxChildren: number,
  { bitrate, maxPerPrefix }: { bitrate: number; maxPerPrefix: number },
): HostLimits {
  const bytesPerS = Math.ceil((2 * streamBps(bitrate)) / 8)
  return { maxChildren, maxPerPrefix, bytesPerS, maxStandby: Math.max(8, maxChildren), lifetimeMs: 60_000 }
}

/** Frame, seal and headers of IP, UDP and UDX around the payload. */
const OVERHEAD_BYTES = 164
const FRAMES_PER_S = 50

/** One child on the wire, bit/s. */
export function streamBps(bitrate: number): number {
  return bitrate + 8 * OVERHEAD_BYTES * FRAMES_PER_S
}

const nowMs = (): number => nowUs() / 1000

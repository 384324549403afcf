import { randomInt } from 'node:crypto'
import type { FrameBus } from '@pearcast/media'
import type { Accepted, Frame } from '@pearcast/protocol'
import type { PeerLink } from '@pearcast/swarm'
import type { BroadcastEvent } from '../events.ts'
import type { RtcCarrier, RtcSessionOptions } from '../rtc-session.ts'
import type { ChildHost } from './child-host.ts'
import { Child } from './child.ts'
import { CongestionControl, type CongestionControlOptions } from './congestion-control.ts'
import { FrameCopies } from './frame-copies.ts'
import { SwitchQueue } from './switch-queue.ts'

/** A repeated frame goes out so much later: a burst that takes one need not take both. */
const REPEAT_AFTER_FRAMES = 2

export interface AudienceOptions extends CongestionControlOptions {
  bus: FrameBus
  maxListeners: number
  /** Whether this machine has room for one more, asked last. Default: always. */
  hasRoom?: () => boolean
  describe: (channel: number) => Accepted
  /** Undefined where WebRTC is not wanted or not possible. */
  openRtc: (options: Pick<RtcSessionOptions, 'link' | 'onPhase' | 'ssrc'>) => RtcCarrier | undefined
  onEvent: (event: BroadcastEvent) => void
}

/** Everybody who listens: admission, the fan-out of each frame, and what is told of them. */
export class Audience {
  readonly #options: AudienceOptions
  /** Every open link, subscribed or not. */
  readonly #children = new Set<Child>()
  readonly #listeners = new Set<Child>()
  readonly #host: ChildHost<Child>
  readonly #congestion: CongestionControl
  readonly #switches: SwitchQueue
  #bytesOfLeft = 0
  #awaited = 0
  #enough: () => void = () => {}

  constructor(options: AudienceOptions) {
    this.#options = options
    this.#congestion = new CongestionControl(this.#listeners, options)
    this.#switches = new SwitchQueue(() => this.#congestion.allowsSwitch)
    this.#host = this.#createHost(new FrameCopies(randomInt(1, 2 ** 32 - 1)))
    options.bus.subscribe((frame) => {
      this.#congestion.onFrame(frame)
      for (const child of this.#listeners) child.send(frame)
      this.#sendAgain(options.bus.ring.get(frame.seq - REPEAT_AFTER_FRAMES))
    })
  }

  adopt(link: PeerLink): void {
    this.#children.add(new Child(link, this.#host))
  }

  /** Those to whom audio goes. */
  get size(): number {
    let size = 0
    for (const child of this.#listeners) if (child.joined) size++
    return size
  }

  get bytesSent(): number {
    let bytes = this.#bytesOfLeft
    for (const child of this.#children) bytes += child.bytesSent
    return bytes
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

  /** Ten times a second: what the source signs of its silence, or that the hop lives where no frames show it. */
  beat(signed: Uint8Array | undefined, nowMs: number): void {
    this.#congestion.beat(nowMs)
    for (const child of this.#children) {
      if (signed === undefined) child.hopBeat()
      else child.beat(signed)
    }
  }

  /** Once a second: who has to leave for want of uplink, and who only takes up room. */
  tick(nowMs: number): void {
    this.#congestion.tick(nowMs)
    this.#switches.tick()
    for (const child of this.#children) child.watch(this.#listeners.has(child))
  }

  async sayBye(reason: 'off-air' | 'superseded'): Promise<void> {
    await Promise.allSettled([...this.#children].map((child) => child.close(reason)))
  }

  /** Nobody waits for an audience any more. */
  stop(): void {
    this.#enough()
  }

  /** After all others: the copies of one frame are made once, and a second one between two children would make them anew. */
  #sendAgain(frame: Frame | undefined): void {
    if (frame === undefined) return
    for (const child of this.#listeners) if (child.repeats) child.send(frame)
  }

  #createHost(copies: FrameCopies): ChildHost<Child> {
    const { bus, describe, onEvent, openRtc } = this.#options
    return {
      copies,
      ring: bus.ring,
      switches: this.#switches,
      describe,
      admit: (child) => this.#admit(child),
      openRtc: (child) =>
        openRtc({ link: child.link, ssrc: copies.ssrc, onPhase: (phase) => child.rtcPhase(phase) }),
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
      left: (child, reason) => this.#left(child, reason),
    }
  }

  #admit(child: Child): 'full' | undefined {
    if (this.#listeners.has(child)) return undefined
    if (this.#listeners.size >= this.#options.maxListeners || !this.#congestion.admits) return 'full'
    if (this.#options.hasRoom?.() === false) return 'full'
    this.#listeners.add(child)
    return undefined
  }

  #left(child: Child, reason: string): void {
    this.#children.delete(child)
    this.#bytesOfLeft += child.bytesSent
    this.#leaves(child, reason)
  }

  #leaves(child: Child, reason: string): void {
    this.#listeners.delete(child)
    if (child.joined) this.#options.onEvent({ event: 'listener-left', id: child.id, reason })
  }
}

import { randomInt } from 'node:crypto'
import sodium from 'sodium-universal'
import { FRAME_SAMPLES, OpusEncoder, type AudioSource, type Profile } from '@pearcast/audio'
import { FrameBus } from '@pearcast/media'
import { encodeDatagram, toHex, type Accepted, type SourceHeartbeat } from '@pearcast/protocol'
import { rtcAvailable } from '@pearcast/rtc'
import { createDriver, stationMachine, type StationEffect, type StationEvent } from '@pearcast/session-fsm'
import {
  openDht,
  ReachabilityWatch,
  StationAnnouncer,
  type Address,
  type DhtNode,
  type PeerLink,
} from '@pearcast/swarm'
import { nowS, nowUs, Timers } from '../clock.ts'
import { StationError } from '../errors.ts'
import type { BroadcastEvent, PathMode } from '../events.ts'
import type { StationIdentity } from '../identity/identity.ts'
import type { IdentityStore } from '../identity/store.ts'
import { RtcSession } from '../rtc-session.ts'
import { Child, type ChildHost } from './child.ts'
import { FrameCopies } from './frame-copies.ts'
import { BroadcastSession, RENEW_SESSION_MS } from './session.ts'
import { SourceFeed } from './source-feed.ts'
import { SwitchQueue } from './switch-queue.ts'

export interface BroadcasterOptions {
  identity: StationIdentity
  store: IdentityStore
  source: AudioSource
  /** Bootstrap nodes of the DHT; the public ones when left out. */
  bootstrap?: Address[] | undefined
  /** What listeners see as the station's name. */
  title: string
  /** Opus bitrate, bit/s. */
  bitrate: number
  profile: Profile
  path: PathMode
  maxListeners: number
  /** Audio starts when so many listen; 0: at once. */
  waitListeners: number
  onEvent: (event: BroadcastEvent) => void
}

const HEARTBEAT_MS = 100
const STATS_MS = 1000
/** After the last frame: time to play it and to ask for it again before the byes. */
const TAIL_MS = 400
/** Listeners beyond the cap still get an answer (full, with a time to come back) instead of silence. */
const REFUSABLE = 16

/** A station on air: the station machine, the source, and one `Child` for each listener. */
export class Broadcaster {
  /** Resolves with the reason when the broadcast is over. */
  readonly ended: Promise<string>
  readonly #options: BroadcasterOptions
  readonly #bus = new FrameBus()
  readonly #copies = new FrameCopies(randomInt(1, 2 ** 32 - 1))
  readonly #children = new Set<Child>()
  readonly #listeners = new Set<Child>()
  readonly #timers: Timers
  readonly #startedUs = nowUs()
  #machine: { send(event: StationEvent): void } | undefined
  #node: DhtNode | undefined
  #announcer: StationAnnouncer | undefined
  #watch: ReachabilityWatch | undefined
  #session: BroadcastSession | undefined
  #feed: SourceFeed | undefined
  #heartbeatState: SourceHeartbeat['state'] | undefined
  #intervals: NodeJS.Timeout[] = []
  #enoughListeners: (() => void) | undefined
  #bytesOfLeft = 0
  #onAir: (() => void) | undefined
  #failed: ((error: unknown) => void) | undefined
  #finish: (reason: string) => void = () => {}
  #closing: Promise<void> | undefined

  constructor(options: BroadcasterOptions) {
    this.#options = options
    this.#timers = new Timers((id) => this.#send({ type: 'timer', id } as StationEvent))
    this.ended = new Promise((resolve) => (this.#finish = resolve))
  }

  /** Resolves once the station is announced. Throws SwarmError or StationError when it cannot get there. */
  async start(): Promise<void> {
    const { bootstrap, identity, path, store } = this.#options
    const rtc = rtcAvailable()
    if (path === 'webrtc' && !rtc.ok) throw StationError.rtcUnavailable(rtc.reason)
    const taken = await store.takeTerm(identity)
    try {
      this.#node = await openDht({ ...(bootstrap && { bootstrap }) })
      await this.#node.ready()
      await this.#goOnAir(taken, this.#node)
    } catch (error) {
      await this.#close('error')
      throw error
    }
  }

  /** Tells the listeners, and closes everything. */
  async stop(reason = 'stopped'): Promise<void> {
    if (this.#machine === undefined) return this.#close(reason)
    this.#send({ type: 'STOP' })
    await this.ended
  }

  async #goOnAir(identity: StationIdentity, node: DhtNode): Promise<void> {
    const session = new BroadcastSession(sodium, identity)
    this.#session = session
    this.#feed = this.#createFeed(session)
    this.#announcer = new StationAnnouncer({
      node,
      sodium,
      station: identity.station,
      chain: session.certify(nowS()),
      sessionSecretKey: session.secretKey,
      maxConnections: this.#options.maxListeners + REFUSABLE,
      onLink: (link) => this.#adopt(link),
      onEvent: (event) => {
        if (event.type === 'superseded') this.#send({ ...event, type: 'HIGHER_TERM_SEEN' })
        if (event.type === 'record-failed') this.#send({ type: 'RECORD_FAILED', reason: event.message })
      },
    })
    const input = { generation: identity.certificate.generation, term: identity.term }
    this.#machine = createDriver(stationMachine, input, (effect) => this.#perform(effect))
    await new Promise<void>((resolve, reject) => {
      this.#onAir = resolve
      this.#failed = reject
      this.#send({ type: 'START' })
    })
  }

  #createFeed(session: BroadcastSession): SourceFeed {
    const { bitrate, profile, source } = this.#options
    this.#bus.subscribe((frame) => {
      for (const child of this.#listeners) child.send(frame)
    })
    return new SourceFeed({
      source,
      createEncoder: () => new OpusEncoder({ channels: source.channels, bitrate, profile }),
      signer: session.signer,
      bus: this.#bus,
      nowUs,
      onState: (state) => this.#send({ type: state === 'live' ? 'SOURCE_LIVE' : 'SOURCE_STALLED' }),
    })
  }

  #send(event: StationEvent): void {
    this.#machine?.send(event)
  }

  #perform(effect: StationEffect): void {
    switch (effect.type) {
      case 'announce':
        return this.#report(this.#announcer?.start(), 'ANNOUNCED')
      case 'reannounce':
        return this.#report(this.#announcer?.reannounce(), 'REANNOUNCED')
      case 'publish-record':
        this.#announcer?.publishRecord().catch((error: unknown) => {
          this.#send({ type: 'RECORD_FAILED', reason: messageOf(error) })
        })
        return
      case 'start-heartbeat':
        this.#heartbeatState = effect.state
        return
      case 'stop-heartbeat':
        this.#heartbeatState = undefined
        return
      case 'start-source':
        return this.#startSource()
      case 'stop-source':
        return this.#feed?.stop()
      case 'say-bye':
        setTimeout(() => this.#sayBye(effect.reason), TAIL_MS)
        return
      case 'start-timer':
        return this.#timers.start(effect.id, effect.ms)
      case 'stop-timer':
        return this.#timers.stop(effect.id)
      case 'notify':
        return this.#notify(effect)
    }
  }

  #report(done: Promise<void> | undefined, success: 'ANNOUNCED' | 'REANNOUNCED'): void {
    done?.then(
      () => this.#send({ type: success }),
      (error: unknown) => {
        // The first announcement tells its caller; a later one is retried by the machine.
        this.#failed?.(error)
        this.#send({ type: 'ANNOUNCE_FAILED', reason: messageOf(error) })
      },
    )
  }

  #notify(notice: Extract<StationEffect, { type: 'notify' }>): void {
    const { identity, onEvent, store } = this.#options
    switch (notice.event) {
      case 'on-air':
        onEvent({ event: 'on-air', link: store.link(identity), key: toHex(identity.station.publicKey) })
        this.#onAirNow()
        return
      case 'source':
        onEvent({ event: 'source', state: notice.state === 'muted' ? 'stalled' : notice.state })
        return
      case 'off-air':
        if (notice.reason === 'superseded') {
          const { code, message } = StationError.superseded()
          onEvent({ event: 'error', code, message })
        }
        void this.#close(notice.reason)
        return
      case 'announce-failed':
        onEvent({
          event: 'error',
          code: 'ANNOUNCE_FAILED',
          message: `${notice.reason} Trying again in ${notice.retryMs} ms.`,
        })
        return
      case 'announcing':
      case 'address-changed':
      case 'reachable':
        return
    }
  }

  #onAirNow(): void {
    const node = this.#node
    const announcer = this.#announcer
    if (node === undefined || announcer === undefined) return
    this.#failed = undefined
    this.#onAir?.()
    this.#watch = new ReachabilityWatch({
      node,
      announcer,
      onChange: () => this.#send({ type: 'ADDRESS_CHANGED' }),
    })
    this.#watch.start()
    this.#intervals.push(
      setInterval(() => this.#beat(), HEARTBEAT_MS),
      setInterval(() => this.#stats(), STATS_MS),
      setInterval(() => this.#renew(), RENEW_SESSION_MS),
    )
  }

  #startSource(): void {
    const feed = this.#feed
    if (feed === undefined) return
    const run = async (): Promise<void> => {
      if (this.#listeners.size < this.#options.waitListeners) {
        this.#send({ type: 'SOURCE_STALLED' })
        await new Promise<void>((resolve) => (this.#enoughListeners = resolve))
      }
      if ((await feed.run()) !== 'ended') return
      this.#options.onEvent({ event: 'source', state: 'ended' })
      this.#send({ type: 'SOURCE_ENDED' })
    }
    run().catch((error: unknown) => {
      this.#options.onEvent({ event: 'error', code: codeOf(error), message: messageOf(error) })
      this.#send({ type: 'SOURCE_ENDED' })
    })
  }

  #beat(): void {
    const heartbeat =
      this.#heartbeatState === undefined ? undefined : this.#feed?.heartbeat(this.#heartbeatState)
    if (heartbeat === undefined || this.#session === undefined) return
    const body = this.#session.signHeartbeat(heartbeat)
    for (const child of this.#children) {
      child.sendBeside((channel) => encodeDatagram({ type: 'source-heartbeat', channel, body }))
    }
  }

  #renew(): void {
    const session = this.#session
    if (session !== undefined) this.#announcer?.updateChain(session.certify(nowS()), session.secretKey)
  }

  #adopt(link: PeerLink): void {
    this.#children.add(new Child(link, this.#childHost))
  }

  readonly #childHost: ChildHost = {
    copies: this.#copies,
    ring: this.#bus.ring,
    switches: new SwitchQueue(),
    admit: (child) => {
      if (this.#listeners.has(child)) return undefined
      if (this.#listeners.size >= this.#options.maxListeners) return 'full'
      this.#listeners.add(child)
      return undefined
    },
    describe: (channel) => this.#describe(channel),
    openRtc: (child) => this.#openRtc(child),
    joined: (child) => {
      const { id, path, via } = child
      this.#options.onEvent({ event: 'listener-joined', id, path, via })
      if (this.#joinedCount() >= this.#options.waitListeners) this.#enoughListeners?.()
    },
    pathChanged: (child, from) => {
      const { id, path, via } = child
      this.#options.onEvent({ event: 'listener-path', id, from, path, via })
    },
    left: (child, reason) => {
      this.#children.delete(child)
      this.#bytesOfLeft += child.bytesSent
      if (this.#listeners.delete(child) && child.joined) {
        this.#options.onEvent({ event: 'listener-left', id: child.id, reason })
      }
    },
  }

  #joinedCount(): number {
    let count = 0
    for (const child of this.#listeners) if (child.joined) count++
    return count
  }

  #describe(channel: number): Accepted {
    const { bitrate, source, title } = this.#options
    const headSeq = Math.max(0, this.#bus.ring.head)
    return {
      type: 'accepted',
      channel,
      headSeq,
      frameSamples: FRAME_SAMPLES,
      channels: source.channels,
      bitrate,
      title,
    }
  }

  #openRtc(child: Child): RtcSession | undefined {
    if (this.#options.path === 'swarm' || !rtcAvailable().ok || this.#node === undefined) return undefined
    const session = new RtcSession({
      role: 'sender',
      link: child.link,
      node: this.#node,
      ssrc: this.#copies.ssrc,
      onPhase: (phase) => child.rtcPhase(phase),
    })
    session.start()
    return session
  }

  #stats(): void {
    const { user, system } = process.cpuUsage()
    let bytesSent = this.#bytesOfLeft
    for (const child of this.#children) bytesSent += child.bytesSent
    this.#options.onEvent({
      event: 'stats',
      listeners: this.#joinedCount(),
      framesSent: this.#feed?.framesSent ?? 0,
      bytesSent,
      cpuMs: Math.round((user + system) / 1000),
      rssKiB: Math.round(process.memoryUsage.rss() / 1024),
    })
  }

  #sayBye(reason: 'off-air' | 'superseded'): void {
    const leaving = [...this.#children].map((child) => child.close(reason))
    void Promise.allSettled(leaving).then(() => this.#send({ type: 'DRAINED' }))
  }

  #close(reason: string): Promise<void> {
    this.#closing ??= this.#closeAll(reason)
    return this.#closing
  }

  async #closeAll(reason: string): Promise<void> {
    this.#feed?.stop()
    this.#enoughListeners?.()
    for (const interval of this.#intervals) clearInterval(interval)
    this.#timers.stopAll()
    this.#watch?.stop()
    await this.#options.source.close().catch(() => {})
    await this.#announcer?.stop()
    await this.#node?.close()
    const durationMs = Math.round((nowUs() - this.#startedUs) / 1000)
    this.#options.onEvent({ event: 'ended', reason, framesSent: this.#feed?.framesSent ?? 0, durationMs })
    this.#finish(reason)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNEXPECTED'
}

import sodium from 'sodium-universal'
import { OpusDecoder, type AudioError, type Sink, type SinkNotice } from '@pearcast/audio'
import type { Gap, PlayedSlot, PlayoutStats } from '@pearcast/media'
import {
  verifyAnnouncement,
  ProtocolError,
  type Announcement,
  type Path,
  type StationLink,
  type Via,
} from '@pearcast/protocol'
import {
  createDriver,
  listeningMachine,
  type DirectPath,
  type ListeningEffect,
  type ListeningEvent,
} from '@pearcast/session-fsm'
import {
  ConnectionManager,
  openDht,
  RoutedLink,
  type Address,
  type ConnectionEvent,
  type DhtNode,
  type PeerLink,
} from '@pearcast/swarm'
import { nowS, nowUs, Timers, within } from '../clock.ts'
import type { ListenEvent, ListenFigures, PathMode } from '../events.ts'
import type { IdentityStore } from '../identity/store.ts'
import { choosePath, type ChosenPath, type RtcChoice } from '../rtc-choice.ts'
import { codeOf, impostorText, messageOf, refusalText, untimelyText } from '../text.ts'
import { Helping } from '../routed/helping.ts'
import { Liveness } from './liveness.ts'
import { MediaReceiver } from './media-receiver.ts'
import type { MediaTap } from './media-tap.ts'
import { PathControl } from './path-control.ts'
import { SlotRecorder } from './slot-recorder.ts'
import { Upstream } from './upstream.ts'

type TimerId = Extract<ListeningEffect, { type: 'start-timer' }>['id']

export interface ListenerOptions {
  link: StationLink
  /** Remembers the highest run heard of each station, across restarts. */
  store?: IdentityStore | undefined
  sink: Sink
  bootstrap?: readonly Address[] | undefined
  path: PathMode
  rtc?: RtcChoice | undefined
  /**
   * While this node can be reached by others, announce it and pass on the signaling of listeners who cannot reach the
   * station. Default true.
   */
  assist?: boolean | undefined
  /** Smallest delay kept against jitter, ms; default 40. More is more robust, and later. */
  bufferMs?: number | undefined
  /** Ends so many seconds after the first frame was played. */
  durationS?: number | undefined
  tap?: MediaTap | undefined
  onEvent: (event: ListenEvent) => void
}

/** Stereo always: a mono station sounds from both speakers. */
const CHANNELS = 2
const TICK_MS = 10
/** Every tenth tick: liveness and paths. */
const TICKS_PER_CHECK = 10
const STATS_MS = 1000
/** A clock that is wrong is told so often. */
const UNTIMELY_MS = 60_000
/** Taking an announcement back is a courtesy to the DHT; when nobody answers it is not waited for. */
const LEAVE_MS = 1000

/** One station heard: finds it, holds a link, plays what is verified, and never gives up until it is stopped. */
export class Listener {
  /** Resolves with the reason when listening is over. */
  readonly ended: Promise<string>
  readonly #options: ListenerOptions
  readonly #receiver: MediaReceiver
  readonly #liveness: Liveness
  readonly #recorder: SlotRecorder | undefined
  readonly #timers: Timers<TimerId>
  readonly #machine: { send(event: ListeningEvent): void }
  #startedUs = 0
  #node: DhtNode | undefined
  #chosen: ChosenPath
  #connections: ConnectionManager | undefined
  #helping: Helping | undefined
  #upstream: Upstream | undefined
  #paths: PathControl | undefined
  #path: Path | undefined
  #via: Via | undefined
  #hops = 0
  #introduced: string | undefined
  #sinkRuns = false
  #firstAudio = false
  /** Told; that the search goes on is then no news. */
  #offAir = false
  #ticks = 0
  #intervals: NodeJS.Timeout[] = []
  #untimelyToldUs = Number.NEGATIVE_INFINITY
  #finish: (reason: string) => void = () => {}
  #closing: Promise<void> | undefined

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#chosen = { path: options.path }
    this.ended = new Promise((resolve) => (this.#finish = resolve))
    this.#timers = new Timers<TimerId>((id) => this.#machine.send({ type: 'timer', id }))
    this.#recorder = SlotRecorder.for(options.sink)
    this.#liveness = new Liveness((event) => this.#machine.send(event))
    this.#receiver = new MediaReceiver({
      sodium,
      decoder: new OpusDecoder({ channels: CHANNELS }),
      channels: CHANNELS,
      bufferMs: options.bufferMs,
      nowUs,
      onFrame: (frame, path, now) => {
        this.#hops = frame.hops
        this.#paths?.onFrame(frame, path, now)
        this.#upstream?.onFrame(frame, now)
        this.#liveness.media(now)
        options.tap?.onFrame(frame, path, this.#receiver.clock.offsetUs)
      },
      onHeartbeat: (heartbeat) => {
        this.#liveness.heartbeat(heartbeat)
        options.tap?.onHeartbeat(heartbeat)
      },
      onPlayed: (slot) => this.#onPlayed(slot),
      onGap: (gap) => this.#onGap(gap),
    })
    // Without swarm the first frame has to wait for a WebRTC negotiation, or for a second one.
    const listeningInput = options.path === 'webrtc' ? { firstAudioMs: 12_000 } : {}
    this.#machine = createDriver(listeningMachine, listeningInput, (effect) => this.#perform(effect))
  }

  /** Resolves once the search has begun. Throws SwarmError, StationError or AudioError when it cannot. */
  async start(): Promise<void> {
    const { bootstrap, link, path, rtc, store } = this.#options
    this.#startedUs = nowUs()
    this.#chosen = choosePath(path, rtc)
    try {
      const [node, minTerm] = await Promise.all([
        openDht({ ...(bootstrap && { bootstrap }) }),
        store?.lastHeard(link.stationKey),
      ])
      this.#node = node
      this.#connections = new ConnectionManager({
        node,
        sodium,
        link,
        routes: this.#chosen.stack !== undefined,
        ...(minTerm && { minTerm }),
        onLink: (open) => this.#adopt(open, node),
        onEvent: (event) => this.#onConnection(event),
      })
      this.#helping = this.#createHelping(node)
      this.#machine.send({ type: 'START' })
      await node.ready()
    } catch (error) {
      await this.#close('error')
      throw error
    }
  }

  /** Says goodbye and closes everything; a file output is complete when this resolves. */
  async stop(reason = 'stopped'): Promise<void> {
    const closing = this.#close(reason)
    this.#machine.send({ type: 'STOP' })
    await closing
  }

  #perform(effect: ListeningEffect): void {
    switch (effect.type) {
      case 'connect':
        return this.#connect()
      case 'subscribe':
        return this.#upstream?.subscribe({
          swarm: this.#pathOver(this.#upstream.link) !== 'webrtc',
          webrtc: false,
        })
      case 'redial':
        return this.#connections?.redial(effect.reason)
      case 'keep-link':
        return this.#connections?.alive()
      case 'start-playout':
        return this.#startSink()
      case 'reset-playout':
        this.#receiver.reset()
        return this.#options.tap?.onReset()
      case 'stop-playout':
        // The sink goes on: what is buffered is played, then silence until the station is back.
        return
      case 'notify':
        return this.#notify(effect)
      case 'end':
        return void this.#close(effect.reason)
      case 'start-timer':
        return this.#timers.start(effect.id, effect.ms)
      case 'stop-timer':
        return this.#timers.stop(effect.id)
    }
  }

  #connect(): void {
    this.#connections?.start()
    this.#intervals.push(
      setInterval(() => this.#tick(), TICK_MS),
      setInterval(() => this.#stats(), STATS_MS),
    )
  }

  #notify(notice: Extract<ListeningEffect, { type: 'notify' }>): void {
    switch (notice.event) {
      case 'searching':
        return this.#options.onEvent({ event: 'searching' })
      case 'connected':
        this.#offAir = false
        return this.#options.onEvent({ event: 'connected', ms: this.#sinceStartMs(), via: notice.via })
      case 'off-air':
        this.#offAir = true
        return this.#options.onEvent({ event: 'off-air' })
      case 'suspect':
        // The link is dead for all we hear; that it is dialled again is what a user should know.
        return this.#options.onEvent({ event: 'reconnecting', attempt: 1 })
      case 'refused':
        return this.#options.onEvent({
          event: 'error',
          code: `REFUSED_${notice.reason.toUpperCase().replaceAll('-', '_')}`,
          message: refusalText(notice.reason, notice.retryMs),
        })
      // What the connection manager tells with more detail, or what is no news to a user.
      case 'buffering':
      case 'playing':
      case 'quiet':
      case 'new-session':
      case 'older-session':
      case 'reconnecting':
        return
    }
  }

  #onConnection(event: ConnectionEvent): void {
    if (this.#closing !== undefined) return
    switch (event.type) {
      case 'reconnecting':
        if (!this.#offAir) this.#options.onEvent({ event: 'reconnecting', attempt: event.attempt })
        return
      case 'off-air':
        return this.#machine.send({ type: 'OFF_AIR' })
      case 'impostor':
        return this.#options.onEvent({
          event: 'error',
          code: 'IMPOSTOR',
          message: impostorText(event.id, event.detail),
        })
      case 'link-lost':
        this.#leaveUpstream()
        this.#helping?.linkedBy(undefined)
        if (event.end.kind === 'bye') this.#machine.send({ type: 'BYE', reason: event.end.reason })
        else this.#machine.send({ type: 'LINK_DOWN', reason: event.end.kind })
        return
      case 'attempt-failed':
        if (event.code === 'CERTIFICATE') this.#tellUntimely(event.detail)
        return
      case 'searching':
        return
    }
  }

  #adopt(link: PeerLink, node: DhtNode): void {
    this.#leaveUpstream()
    const isNewRun = this.#beginSession(link)
    const upstream = new Upstream({
      link,
      node,
      stack: this.#chosen.stack,
      receiver: this.#receiver,
      onAccepted: (accepted) => {
        this.#receiver.startAfter(accepted.headSeq)
        this.#options.tap?.onStart(accepted.headSeq)
        this.#machine.send({ type: 'ACCEPTED' })
        paths.accepted()
      },
      onAnnouncement: (announcement) => this.#introduce(announcement),
      onRefused: ({ reason, retryAfterMs }) => this.#machine.send({ type: 'REFUSED', reason, retryAfterMs }),
      onRtcPhase: (phase) => paths.rtcPhase(phase),
      onAlive: (by) => {
        const now = nowUs()
        this.#liveness.alive(now)
        if (by === 'heartbeat') paths.linkAlive(now)
      },
    })
    const paths = new PathControl({
      mode: this.#pathOver(link),
      nowUs,
      subscribe: (wanted) => upstream.subscribe(wanted),
      select: (path) => upstream.select(path),
      onPath: (path) => this.#onPath(path),
    })
    this.#upstream = upstream
    this.#paths = paths
    this.#helping?.linkedBy(link)
    this.#liveness.linkUp(nowUs())
    this.#machine.send({ type: 'LINK_UP', via: link.via })
    if (isNewRun) this.#machine.send({ type: 'NEW_SESSION' })
  }

  /** On one machine everybody reaches everybody. */
  #createHelping(node: DhtNode): Helping | undefined {
    const { assist = true, link } = this.#options
    if (!assist || node.isLoopback || this.#chosen.stack === undefined) return undefined
    return new Helping({ node, sodium, link, role: 'listener', now: Date.now })
  }

  #introduce(announcement: Announcement): void {
    const { stationKey } = this.#options.link
    try {
      verifyAnnouncement(sodium, announcement, { stationKey, nowS: nowS() })
    } catch (error) {
      if (error instanceof ProtocolError) return
      throw error
    }
    const { bitrate, channels, description, nowPlaying, title } = announcement.about
    const station = JSON.stringify([title, channels, bitrate, description, nowPlaying])
    if (station === this.#introduced) return
    this.#introduced = station
    this.#options.onEvent({ event: 'station', title, channels, bitrate, description, nowPlaying })
  }

  /** True when the station has begun another run since the last link. */
  #beginSession(link: PeerLink): boolean {
    const { session } = link
    if (session === undefined) return false
    const { store } = this.#options
    store?.remember(session.stationKey, session).catch((error: unknown) => {
      const message = `The station's latest run could not be remembered: ${String(error)}`
      this.#options.onEvent({ event: 'error', code: 'MEMORY_NOT_SAVED', message })
    })
    link.onSession = (renewed) => this.#receiver.begin(renewed)
    return this.#receiver.begin(session)
  }

  /** A routed link has no connection that could carry frames, only the WebRTC that it leads to. */
  #pathOver(link: PeerLink): PathMode {
    return link instanceof RoutedLink ? 'webrtc' : this.#chosen.path
  }

  #leaveUpstream(): void {
    this.#paths?.stop()
    this.#upstream?.detach()
    this.#upstream = undefined
    this.#paths = undefined
  }

  #onPath(to: DirectPath): void {
    const from = this.#path
    this.#path = to
    this.#via = to === 'webrtc' ? 'webrtc' : this.#upstream?.via
    if (from === undefined || from === to || this.#via === undefined) return
    this.#options.onEvent({ event: 'path', from, to, via: this.#via, ms: this.#sinceStartMs() })
  }

  #onPlayed(slot: PlayedSlot): void {
    if (slot.kind === 'frame' && !this.#firstAudio) this.#onFirstAudio(slot.path)
    this.#recorder?.onPlayed(slot)
  }

  #onFirstAudio(path: Path): void {
    this.#firstAudio = true
    const via = path === 'webrtc' ? 'webrtc' : this.#upstream?.via
    this.#path ??= path
    this.#via ??= via
    this.#options.onEvent({ event: 'first-audio', ms: this.#sinceStartMs(), path, via: via ?? 'public' })
    const { durationS } = this.#options
    if (durationS === undefined) return
    this.#intervals.push(setTimeout(() => this.#machine.send({ type: 'DURATION_REACHED' }), durationS * 1000))
  }

  #onGap({ concealed, ms }: Gap): void {
    this.#options.onEvent({ event: 'gap', ms: Math.round(ms), concealed })
  }

  #startSink(): void {
    if (this.#sinkRuns) return
    this.#sinkRuns = true
    const io = {
      pull: (into: Float32Array): void => this.#receiver.pull(into),
      onError: (error: AudioError): void => this.#failOutput(error),
      onNotice: (notice: SinkNotice): void => {
        const message = notice.state === 'back' ? '' : notice.why
        this.#options.onEvent({ event: 'output', state: notice.state, message })
      },
    }
    this.#options.sink.start(io).catch((error: unknown) => this.#failOutput(error))
  }

  #failOutput(error: unknown): void {
    this.#options.onEvent({ event: 'error', code: codeOf(error), message: messageOf(error) })
    void this.#close('output-failed')
  }

  #tick(): void {
    this.#upstream?.requestRepair(this.#receiver.repairsDue())
    if (++this.#ticks % TICKS_PER_CHECK === 0) this.#check(nowUs())
  }

  #check(now: number): void {
    if (this.#upstream === undefined) return
    this.#paths?.tick(now, this.#liveness.quiet)
    this.#upstream.reportIfDue(now)
    this.#receiver.tuneRepair()
    this.#liveness.check(now)
  }

  #figures(stats: PlayoutStats): ListenFigures {
    return {
      framesPlayed: stats.framesPlayed,
      framesLost: stats.framesLost,
      framesConcealed: stats.framesConcealed,
      framesDuplicate: stats.framesDuplicate,
      framesByPath: { ...stats.framesByPath },
      interruptions: stats.interruptions,
      latencyMs: { p50: tenths(stats.latencyMs.p50), p95: tenths(stats.latencyMs.p95) },
      path: this.#path ?? null,
      via: this.#via ?? null,
    }
  }

  #stats(): void {
    const stats = this.#receiver.stats()
    this.#options.onEvent({
      event: 'stats',
      bufferMs: Math.round(stats.bufferMs),
      targetMs: Math.round(stats.targetMs),
      framesRepaired: this.#receiver.repair.repaired,
      ...this.#figures(stats),
    })
  }

  /** The station was found, and its time is not ours: told now and then, for every dial says so. */
  #tellUntimely(detail: string): void {
    if (nowUs() - this.#untimelyToldUs < UNTIMELY_MS * 1000) return
    this.#untimelyToldUs = nowUs()
    this.#options.onEvent({
      event: 'error',
      code: 'STATION_CLOCK',
      message: untimelyText(detail, Date.now()),
    })
  }

  #sinceStartMs(): number {
    return Math.round((nowUs() - this.#startedUs) / 1000)
  }

  #close(reason: string): Promise<void> {
    this.#closing ??= this.#closeAll(reason)
    return this.#closing
  }

  async #closeAll(reason: string): Promise<void> {
    for (const interval of this.#intervals) clearInterval(interval)
    this.#timers.stopAll()
    // Before the sink ends: what is still undecided belongs into its file.
    this.#receiver.finish()
    if (this.#sinkRuns) await this.#options.sink.stop().catch((error: unknown) => this.#failOutput(error))
    // Paths first: that they end now is no news. The goodbye goes out before WebRTC closes, so it is no news there either.
    this.#paths?.stop()
    await Promise.all([this.#connections?.stop(), within(LEAVE_MS, this.#helping?.stop())])
    this.#leaveUpstream()
    await this.#node?.close()
    const stats = this.#receiver.stats()
    const { framesSent } = stats
    this.#options.onEvent({
      event: 'ended',
      framesSent,
      ...this.#figures(stats),
      relayHops: this.#hops,
      reason,
    })
    this.#finish(reason)
  }
}

/** JSON has no NaN: before the first latency is known it is 0. */
function tenths(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.round(ms * 10) / 10
}

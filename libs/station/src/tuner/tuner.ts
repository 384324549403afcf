import sodium from 'sodium-universal'
import {
  toHex,
  type Announcement,
  type ControlMessage,
  type Frame,
  type Path,
  type SourceHeartbeat,
  type Via,
} from '@pearcast/protocol'
import { addressPrefix, type RelayPeer } from '@pearcast/relay'
import {
  createDriver,
  listeningMachine,
  type DirectPath,
  type ListeningEffect,
  type ListeningEvent,
} from '@pearcast/session-fsm'
import { createKeyPair, openDht, type DhtNode, type LinkEnd, type PeerLink } from '@pearcast/swarm'
import { nowUs, Timers, within } from '../clock.ts'
import { Helping } from '../routed/helping.ts'
import { choosePath, type ChosenPath } from '../rtc-choice.ts'
import type { Branch, RelayMode } from './branch.ts'
import { Carrier } from './carrier.ts'
import type { DirectLink } from './direct-link.ts'
import { Intake } from './intake.ts'
import { Liveness } from './liveness.ts'
import { SearchNews } from './search-news.ts'
import { StationSide } from './station-side.ts'
import { StationWord } from './station-word.ts'
import { TreeSide } from './tree-side.ts'
import type { TunerOptions } from './tuner-options.ts'
import { Upkeep } from './upkeep.ts'

type TimerId = Extract<ListeningEffect, { type: 'start-timer' }>['id']

/** Taking an announcement back is a courtesy to the DHT; when nobody answers it is not waited for. */
const LEAVE_MS = 1000

/**
 * One station received: finds it, holds parents, verifies, passes on to children, and never gives up until it is
 * stopped. The station's own link and the tree are two ways to the same frames; who plays them is somebody else.
 */
export class Tuner {
  readonly intake: Intake
  readonly #options: TunerOptions
  readonly #word: StationWord
  readonly #keyPair = createKeyPair()
  readonly #startedUs = nowUs()
  readonly #liveness: Liveness
  readonly #timers: Timers<TimerId>
  readonly #treeSide: TreeSide
  readonly #carrier = new Carrier()
  readonly #upkeep: Upkeep
  readonly #news: SearchNews
  readonly #machine: { send(event: ListeningEvent): void }
  #node: DhtNode | undefined
  #chosen: ChosenPath
  #station: StationSide | undefined
  #helping: Helping | undefined
  #heartbeatUs = 0
  #stopped = false
  #drained: () => void = () => {}
  #closing: Promise<void> | undefined

  constructor(options: TunerOptions) {
    this.#options = options
    this.#chosen = { path: options.path }
    this.#timers = new Timers<TimerId>((id) => this.#machine.send({ type: 'timer', id }))
    this.#liveness = new Liveness((event) => this.#machine.send(event))
    this.intake = new Intake({
      sodium,
      nowUs,
      onFrame: (frame, path, from, isNew, now) => this.#onFrame(frame, path, from, isNew, now),
      onForwarded: (frame) => this.branch?.audience.sent(frame, this.tree.client.lineage.depth),
      onHeartbeat: (heartbeat, body, from, now) => this.#onHeartbeat(heartbeat, body, from, now),
    })
    this.#word = new StationWord({
      sodium,
      stationKey: options.link.stationKey,
      store: options.store,
      intake: this.intake,
      onEvent: options.onEvent,
    })
    this.#treeSide = this.#createTreeSide()
    this.#upkeep = new Upkeep({
      intake: this.intake,
      treeSide: this.#treeSide,
      carrier: this.#carrier,
      liveness: this.#liveness,
      player: options.player,
      direct: () => this.#direct,
    })
    this.#news = new SearchNews({
      sinceStartMs: () => this.sinceStartMs(),
      via: () => this.via,
      isRelayed: () => this.#carrier.isRelayed,
      isReached: () => this.#carrier.isRelayed || this.#direct !== undefined,
      onOffAir: () => this.#machine.send({ type: 'OFF_AIR' }),
      onUntimely: (detail) => this.#word.untimely(detail),
      onEvent: options.onEvent,
    })
    // Without swarm the first frame has to wait for a WebRTC negotiation, or for a second one.
    const input = options.path === 'webrtc' ? { firstAudioMs: 12_000 } : {}
    this.#machine = createDriver(listeningMachine, input, (effect) => this.#perform(effect))
  }

  /** Who sends the audio now. */
  get path(): Path | undefined {
    return this.#carrier.path
  }

  get via(): Via | undefined {
    return this.#carrier.via
  }

  /** How a frame that came by this path reached us, whoever carries now. */
  viaOf(path: Path): Via {
    if (path === 'webrtc') return 'webrtc'
    return path === 'relayed' ? 'relay' : (this.#station?.via ?? 'public')
  }

  /** Under which others can dial this peer. */
  get key(): string {
    return toHex(this.#keyPair.publicKey)
  }

  /** What goes to others; null while this peer serves nobody. */
  get relaying(): { children: number; bps: number; limitBps: number | null } | null {
    const { branch } = this
    if (branch === undefined || this.tree.host.slots.slots === 0) return null
    const { audience } = branch
    return { children: audience.size, bps: audience.sentBps, limitBps: branch.allowedBps }
  }

  get tree(): RelayPeer<Frame> {
    return this.#treeSide.peer
  }

  get branch(): Branch | undefined {
    return this.#treeSide.branch
  }

  /** Resolves once the search has begun. Throws SwarmError, StationError or AudioError when it cannot. */
  async start(): Promise<void> {
    const { bootstrap, path, rtc } = this.#options
    this.#chosen = choosePath(path, rtc)
    const [node] = await Promise.all([
      this.#options.node ?? openDht({ ...(bootstrap && { bootstrap }) }),
      this.#word.recall(),
    ])
    this.#node = node
    this.#station = this.#createStation(node)
    this.#treeSide.open(node)
    this.#helping = this.#createHelping(node)
    this.#machine.send({ type: 'START' })
    this.#treeSide.start()
    await node.ready()
  }

  /** So many seconds were heard: ends by itself. */
  durationReached(): void {
    this.#machine.send({ type: 'DURATION_REACHED' })
  }

  /** The station has come to us over this proven link. */
  push(link: PeerLink): void {
    if (!this.#stopped) this.#station?.adopt(link)
  }

  /** A link that was pushed has ended. */
  pushedEnded(link: PeerLink, end: LinkEnd): void {
    if (this.#direct?.upstream.link === link && !this.#stopped) this.#station?.ended(end)
  }

  /** The user's mind about carrying the station to others. */
  setRelay(mode: RelayMode, uplinkBps?: number): void {
    this.branch?.allow(mode, uplinkBps)
  }

  /** Children are told where else to go, and served until they have gone: `withinMs` at most. */
  drain(withinMs: number): Promise<void> {
    const drained = new Promise<void>((resolve) => (this.#drained = resolve))
    this.tree.drain(nowMs())
    return within(withinMs, drained)
  }

  /** Says goodbye to parents and children, and closes everything. */
  stop(): Promise<void> {
    this.#closing ??= this.#stop()
    return this.#closing
  }

  async #stop(): Promise<void> {
    this.#stopped = true
    this.#upkeep.stop()
    this.#timers.stopAll()
    this.#news.stop()
    this.#machine.send({ type: 'STOP' })
    this.#treeSide.halt()
    // Paths first: that they end now is no news. The goodbye goes out before WebRTC closes, so it is no news there either.
    this.#station?.hush()
    await Promise.all([
      this.#station?.stop(),
      this.#treeSide.leaveParents(),
      within(LEAVE_MS, this.#helping?.stop()),
      within(LEAVE_MS, this.branch?.stop('leaving')),
    ])
    this.#station?.leave()
    if (this.#options.node === undefined) await this.#node?.close()
  }

  #createTreeSide(): TreeSide {
    const { hasRoom, link, maxChildren, onEvent, relay, role, uplinkBps } = this.#options
    return new TreeSide({
      sodium,
      link,
      role,
      relay,
      uplinkBps,
      maxChildren,
      hasRoom,
      onEvent,
      keyPair: this.#keyPair,
      intake: this.intake,
      direct: () => this.#direct,
      announcement: () => this.#word.announcement,
      stationClockUs: () => this.#stationClockUs(),
      onGuest: (guest) => this.#helping?.addGuest(guest),
      onGuestGone: (guest) => this.#helping?.removeGuest(guest),
      onParent: (key, cause) => this.#onParent(key, cause),
      onParentSays: (key, from, message) => this.#onParentSays(key, from, message),
      onAlive: (key) => this.#onAlive(key),
      onClock: (key, t0Us, t1Us, t2Us) => this.#onClock(key, t0Us, t1Us, t2Us),
      onStationLeft: (key) => this.#stationLeft(key),
      onRecord: (run) => this.#word.outdate(run),
      onDrained: () => this.#drained(),
    })
  }

  /** On one machine everybody reaches everybody. */
  #createHelping(node: DhtNode): Helping | undefined {
    const { assist = true, link, role } = this.#options
    if (!assist || node.isLoopback || this.#chosen.stack === undefined) return undefined
    const isAnnounced = (): boolean => this.branch?.isAnnounced === true
    return new Helping({ node, sodium, link, role, isAnnounced, now: Date.now })
  }

  // What the listening machine wants

  #perform(effect: ListeningEffect): void {
    const { player } = this.#options
    switch (effect.type) {
      case 'connect':
        return this.#connect()
      case 'subscribe':
        // A relay is asked by the tree.
        if (this.#carrier.isDirect) this.#direct?.subscribe()
        return
      case 'redial':
        if (!this.#carrier.isRelayed) this.#station?.redial(effect.reason)
        return
      case 'keep-link':
        return this.#station?.alive()
      case 'start-playout':
        return player.start()
      case 'reset-playout':
        return player.reset()
      case 'stop-playout':
        // The sink goes on: what is buffered is played, then silence until the station is back.
        return
      case 'notify':
        return this.#news.notify(effect)
      case 'end':
        return this.#options.onEnd(effect.reason)
      case 'start-timer':
        return this.#timers.start(effect.id, effect.ms)
      case 'stop-timer':
        return this.#timers.stop(effect.id)
    }
  }

  #connect(): void {
    this.#station?.begin()
    this.#upkeep.start()
  }

  // The station's own link

  #createStation(node: DhtNode): StationSide {
    const { link, pushed = false, role } = this.#options
    return new StationSide({
      node,
      sodium,
      link,
      role,
      pushed,
      chosen: this.#chosen,
      intake: this.intake,
      word: this.#word,
      isRelayed: () => this.#carrier.isRelayed,
      onUp: (direct, up) => this.#stationUp(direct, up),
      onDown: (key, end) => this.#stationDown(key, end),
      onSays: (direct, message) => this.#onStationSays(direct, message),
      onRefused: ({ reason, retryAfterMs }) => this.#machine.send({ type: 'REFUSED', reason, retryAfterMs }),
      onNews: (event) => this.#news.onConnection(event),
      onCarries: (key) => this.#treeSide.directCarries(key),
      onPath: (path) => this.#onDirectPath(path),
      onAlive: (from) => this.#onAlive(from),
      onClock: (from, t0Us, t1Us, t2Us) => this.#onClock(from, t0Us, t1Us, t2Us),
    })
  }

  /** The link to the station itself. */
  get #direct(): DirectLink | undefined {
    return this.#station?.direct
  }

  #stationUp(
    direct: DirectLink,
    { before, isNewRun }: { before: string | undefined; isNewRun: boolean },
  ): void {
    const { key, prefix } = direct
    this.#helping?.linkedBy(direct.upstream.link)
    if (!this.#carrier.isRelayed) this.#carryDirect(direct)
    if (isNewRun) this.#machine.send({ type: 'NEW_SESSION' })
    if (before === key && direct.carries) return this.tree.client.linkReplaced(key, nowMs())
    if (before !== undefined) this.tree.linkDown(before, nowMs())
    this.tree.client.reachable({ key, source: 'record', depth: 0, prefix }, nowMs())
  }

  #carryDirect(direct: DirectLink): void {
    this.#carrier.direct()
    this.#liveness.linkUp(nowUs())
    this.#machine.send({ type: 'LINK_UP', via: direct.upstream.via })
    // A path that was chosen while a relay still carried has been told to nobody.
    const { active } = direct.paths
    if (active !== 'none') this.#onDirectPath(active)
  }

  #stationDown(key: string, end: LinkEnd | undefined): void {
    this.#helping?.linkedBy(undefined)
    if (this.#carrier.isDirect) {
      this.#carrier.none()
      if (end?.kind === 'bye') this.#machine.send({ type: 'BYE', reason: end.reason })
      else this.#machine.send({ type: 'LINK_DOWN', reason: end?.kind ?? 'resting' })
    }
    if (end?.kind === 'bye' && end.reason === 'off-air') void this.branch?.audience.sayBye('off-air')
    this.tree.linkDown(key, nowMs())
  }

  #onStationSays(direct: DirectLink, message: ControlMessage): void {
    if (message.type === 'accepted' && direct.accepted()) this.#onAccepted(message.headSeq)
    this.#onTreeSays(direct.key, direct.upstream.link, message)
  }

  // The tree

  #onParent(key: string | undefined, cause: string): void {
    const direct = this.#direct
    const hops = Math.max(0, this.tree.client.ancestors.length - 1)
    this.#options.onEvent({ event: 'parent', key: key ?? null, hops, cause })
    if (key === undefined) {
      if (!this.#carrier.isRelayed) return
      this.#carrier.none()
      // Nobody in between is left: the station is asked now, not when its rest is over.
      this.#station?.begin()
      if (direct !== undefined) this.#carryDirect(direct)
      else this.#machine.send({ type: 'LINK_DOWN', reason: cause })
      return
    }
    if (key === direct?.key) {
      if (!this.#carrier.isDirect) this.#carryDirect(direct)
      return
    }
    const isSame = this.#carrier.relayKey === key
    const wasRelayed = this.#carrier.isRelayed
    this.#carrier.relay(key)
    if (isSame) return
    this.#liveness.linkUp(nowUs())
    if (!wasRelayed) this.#machine.send({ type: 'LINK_UP', via: 'relay' })
    this.#onPath('relayed', 'relay')
  }

  #onParentSays(key: string, link: PeerLink, message: ControlMessage): void {
    if (message.type === 'accepted' && this.#carrier.relayKey === key) this.#onAccepted(message.headSeq)
    this.#onTreeSays(key, link, message)
  }

  #onTreeSays(key: string, link: PeerLink, message: ControlMessage): void {
    if (message.type === 'announcement') return this.#onAnnouncement(key, message)
    this.tree.message(key, addressPrefix(link.remoteAddress.host), message, nowMs())
  }

  /** A parent says that the station has gone off air: if it was the last one, so it is for us until somebody is found. */
  #stationLeft(key: string): void {
    if (this.#carrier.relayKey !== key) return
    if (this.tree.client.second !== undefined) return
    this.#carrier.none()
    this.#machine.send({ type: 'BYE', reason: 'off-air' })
    void this.branch?.audience.sayBye('off-air')
  }

  #onAccepted(headSeq: number): void {
    this.intake.startAfter(headSeq)
    this.#options.player.startAfter(headSeq)
    this.#machine.send({ type: 'ACCEPTED' })
  }

  #onAnnouncement(from: string, announcement: Announcement): void {
    const verdict = this.#word.take(announcement)
    if (verdict === 'nothing-new') return
    if (verdict === 'forged') return this.tree.client.guilty(from, 'forged', nowMs())
    if (verdict.isNewRun) this.#machine.send({ type: 'NEW_SESSION' })
    this.branch?.audience.announce(announcement)
    this.branch?.consider()
  }

  // Media

  #onFrame(frame: Frame, path: Path, from: string, isNew: boolean, now: number): void {
    const direct = this.#direct
    if (from === direct?.key) {
      direct.paths.onFrame(frame, path, now)
      direct.upstream.onFrame(frame, now)
    } else this.#treeSide.upstream(from)?.onFrame(frame, now)
    // What is only repeated is no audio.
    if (isNew) this.#liveness.media(now)
    this.#options.player.onFrame(frame, path, now)
  }

  #onHeartbeat(heartbeat: SourceHeartbeat, body: Uint8Array, from: string, now: number): void {
    this.#liveness.heartbeat(heartbeat)
    this.#options.player.onHeartbeat(heartbeat, now)
    if (from !== this.#carrierKey || heartbeat.wallclockUs <= this.#heartbeatUs) return
    this.#heartbeatUs = heartbeat.wallclockUs
    this.branch?.audience.beat(body, now / 1000)
  }

  #onAlive(from: string): void {
    if (from === this.#carrierKey) this.#liveness.alive(nowUs())
  }

  #onClock(from: string, t0Us: number, t1Us: number, t2Us: number): void {
    const { clock } = this.intake
    if (from === this.#carrierKey || !clock.known) clock.sample(t0Us, t1Us, t2Us)
  }

  #stationClockUs(): number | undefined {
    const { clock } = this.intake
    return clock.known ? Math.round(nowUs() + clock.offsetUs) : undefined
  }

  get #carrierKey(): string | undefined {
    return this.#carrier.relayKey ?? this.#direct?.key
  }

  #onDirectPath(path: DirectPath): void {
    this.#onPath(path, path === 'webrtc' ? 'webrtc' : this.#direct?.upstream.via)
  }

  #onPath(to: DirectPath | 'relayed', via: Via | undefined): void {
    const from = this.#carrier.moveTo(to, via)
    if (from === undefined || via === undefined) return
    this.#options.onEvent({ event: 'path', from, to, via, ms: this.sinceStartMs() })
  }

  sinceStartMs(): number {
    return Math.round((nowUs() - this.#startedUs) / 1000)
  }
}

const nowMs = (): number => nowUs() / 1000

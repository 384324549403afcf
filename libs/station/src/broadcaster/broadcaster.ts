import sodium from 'sodium-universal'
import { OpusEncoder } from '@pearcast/audio'
import { FrameRing } from '@pearcast/media'
import { fromHex, LIMITS, toHex, type Frame, type SourceHeartbeat } from '@pearcast/protocol'
import { RelayPeer } from '@pearcast/relay'
import type { RtcStack } from '@pearcast/rtc'
import { createDriver, stationMachine, type StationEffect, type StationEvent } from '@pearcast/session-fsm'
import { createKeyPair, openDht, ReachabilityWatch, StationAnnouncer, type DhtNode } from '@pearcast/swarm'
import { nowS, nowUs, Timers, within } from '../clock.ts'
import { StationError } from '../errors.ts'
import type { StationIdentity } from '../identity/identity.ts'
import { choosePath } from '../rtc-choice.ts'
import { FilesGuard } from '../files-guard.ts'
import { RtcSession } from '../rtc-session.ts'
import { messageOf } from '../text.ts'
import { Audience, hostLimits, type AudienceOptions } from '../audience/audience.ts'
import { Announcing } from './announcing.ts'
import { BroadcastStats, STATS_MS } from './broadcast-stats.ts'
import type { BroadcasterOptions } from './broadcaster-options.ts'
import { BroadcastSession, RENEW_SESSION_MS } from './session.ts'
import { NamedRelays } from './named-relays.ts'
import { SourceFeed } from './source-feed.ts'
import { SourceRun } from './source-run.ts'

type TimerId = Extract<StationEffect, { type: 'start-timer' }>['id']

const HEARTBEAT_MS = 100
const TREE_TICK_MS = 20
/** A second encoder with the same key is noticed so soon. */
const RECORD_CHECK_MS = 10_500
/** When other relays carry the station, its record says so that soon. */
const RELAYS_CHECK_MS = 5000
/** Taking the announcement back is a courtesy to the DHT; when nobody answers it is not waited for. */
const LEAVE_MS = 3000
/** After the last frame: time to play it and to ask for it again before the byes. */
const TAIL_MS = 400
/** Listeners beyond the cap still get an answer (full, with a time to come back) instead of silence. */
const REFUSABLE = 16

/** A station on air: drives the station machine, and owns what its effects act on. */
export class Broadcaster {
  /** Resolves with the reason when the broadcast is over. */
  readonly ended: Promise<string>
  readonly #options: BroadcasterOptions
  readonly #ring = new FrameRing()
  readonly #audience: Audience
  readonly #keyPair = createKeyPair()
  readonly #tree: RelayPeer<Frame>
  #announcing: Announcing | undefined
  readonly #timers: Timers<TimerId>
  readonly #startedUs = nowUs()
  #machine: { send(event: StationEvent): void } | undefined
  #node: DhtNode | undefined
  #rtcStack: RtcStack | undefined
  #announcer: StationAnnouncer | undefined
  #namedRelays: NamedRelays | undefined
  #relayKeys = ''
  #watch: ReachabilityWatch | undefined
  #session: BroadcastSession | undefined
  #feed: SourceFeed | undefined
  #heartbeatState: SourceHeartbeat['state'] | undefined
  readonly #sourceRun: SourceRun
  readonly #stats: BroadcastStats
  #intervals: NodeJS.Timeout[] = []
  /** Of the first announcement, on which `start()` waits. */
  #announced: { resolve: () => void; reject: (error: unknown) => void } | undefined
  #finish: (reason: string) => void = () => {}
  #closing: Promise<void> | undefined

  constructor(options: BroadcasterOptions) {
    this.#options = options
    this.#timers = new Timers<TimerId>((id) => this.#send({ type: 'timer', id }))
    this.ended = new Promise((resolve) => (this.#finish = resolve))
    const files = new FilesGuard({
      onFull: (open, limit) => {
        const { code, message } = StationError.openFiles(open, limit, this.#audience.size)
        options.onEvent({ event: 'error', code, message })
      },
    })
    this.#audience = new Audience({
      hasRoom: () => files.admits(),
      ring: this.#ring,
      bitrate: options.bitrate,
      uplinkBps: options.uplinkBps,
      announcement: () => this.#announcing?.current,
      clockUs: nowUs,
      openRtc: (session) => this.#openRtc(session),
      onEvent: options.onEvent,
    })
    this.#sourceRun = new SourceRun({
      gathered: () => this.#audience.gathered(options.waitListeners),
      stayOnAir: options.stayOnAir === true,
      send: (event) => this.#send(event),
      onEvent: options.onEvent,
    })
    this.#stats = new BroadcastStats({
      channels: options.source.channels,
      audience: this.#audience,
      framesSent: () => this.#feed?.framesSent ?? 0,
      onEvent: options.onEvent,
    })
    this.#tree = this.#plant(options)
  }

  /** What plays now, one line for people; listeners see it at once. */
  setNowPlaying(text: string): void {
    this.#announcing?.nowPlaying(text)
  }

  /** Resolves once the station is announced. Throws SwarmError or StationError when it cannot get there. */
  async start(): Promise<void> {
    const { bootstrap, identity, path, privateIp, rtc, store } = this.#options
    this.#rtcStack = choosePath(privateIp === true ? 'swarm' : path, rtc).stack
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

  /** The root of the tree: whom it serves, and where it sends the others. */
  #plant({ bitrate, maxListeners }: BroadcasterOptions): RelayPeer<Frame> {
    const { sendBeat, sendFrame } = this.#audience
    const tree = new RelayPeer<Frame>({
      self: toHex(this.#keyPair.publicKey),
      isRoot: true,
      ring: this.#ring,
      limits: hostLimits(maxListeners, { bitrate, maxPerPrefix: maxListeners }),
      random: Math.random,
      hasRoom: () => this.#audience.hasRoom,
      // Its own frames are the only ones.
      verify: () => false,
      isCopy: () => true,
      sendFrame,
      sendBeat,
      perform: (effect) => this.#audience.perform(effect),
    })
    this.#audience.plant(tree)
    tree.start(nowUs() / 1000)
    return tree
  }

  async #goOnAir(identity: StationIdentity, node: DhtNode): Promise<void> {
    const session = new BroadcastSession(sodium, identity)
    this.#session = session
    this.#feed = this.#createFeed(session)
    const chain = session.certify(nowS())
    this.#announcing = this.#createAnnouncing(session)
    this.#announcer = new StationAnnouncer({
      node,
      sodium,
      station: identity.station,
      dhtKeyPair: this.#keyPair,
      chain,
      sessionSecretKey: session.secretKey,
      maxConnections: this.#options.maxListeners + REFUSABLE,
      routes: this.#rtcStack !== undefined,
      hidden: this.#options.privateIp === true,
      relays: () => this.#relays(),
      onLink: (link) => this.#audience.adopt(link),
      onEvent: (event) => {
        if (event.type === 'superseded') this.#send({ ...event, type: 'HIGHER_TERM_SEEN' })
        if (event.type === 'record-failed') this.#send({ type: 'RECORD_FAILED', reason: event.message })
      },
    })
    this.#namedRelays = this.#createNamedRelays(identity, node)
    const input = { generation: identity.certificate.generation, term: identity.term }
    this.#machine = createDriver(stationMachine, input, (effect) => this.#perform(effect))
    await new Promise<void>((resolve, reject) => {
      this.#announced = { resolve, reject }
      this.#send({ type: 'START' })
    })
  }

  #createAnnouncing(session: BroadcastSession): Announcing {
    const { bitrate, description = '', source, title } = this.#options
    const about = { bitrate, channels: source.channels, description, title }
    return new Announcing(session, about, (announcement) => this.#audience.announce(announcement))
  }

  #createNamedRelays(identity: StationIdentity, node: DhtNode): NamedRelays {
    const { onEvent, via = [] } = this.#options
    return new NamedRelays({
      node,
      sodium,
      identity,
      keys: via,
      announcement: () => this.#announcing?.current,
      onConnection: (conn) => this.#announcer?.serve(conn),
      onEvent,
    })
  }

  /** Children that others can dial, and that have places, for the record. */
  #relays(): Uint8Array[] {
    const dialable = [...this.#tree.host.children].filter(({ at, slots }) => at !== undefined && slots > 0)
    const best = dialable.toSorted((a, b) => b.slots - a.slots || a.sinceMs - b.sinceMs)
    return best.flatMap(({ at }) => (at === undefined ? [] : [fromHex(at)])).slice(0, LIMITS.maxRecordRelays)
  }

  #createFeed(session: BroadcastSession): SourceFeed {
    const { bitrate, profile, source } = this.#options
    return new SourceFeed({
      source,
      createEncoder: () => new OpusEncoder({ channels: source.channels, bitrate, profile }),
      signer: session.signer,
      publish: (frame) => this.#publish(frame),
      nowUs,
      onState: (state) => this.#sourceRun.onState(state),
      onItem: (item) => this.#stats.add(item),
    })
  }

  /** Hot: once a frame, whatever the number of listeners. */
  #publish(frame: Frame): void {
    this.#tree.publish(frame, nowUs() / 1000)
    this.#audience.sent(frame, 0)
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
        return this.#publishRecord()
      case 'start-heartbeat':
        this.#heartbeatState = effect.state
        return
      case 'stop-heartbeat':
        this.#heartbeatState = undefined
        return
      case 'start-source':
        return this.#runSource()
      case 'stop-source':
        return this.#feed?.stop()
      case 'say-bye':
        return void this.#sayBye(effect.reason)
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
        this.#announced?.reject(error)
        this.#send({ type: 'ANNOUNCE_FAILED', reason: messageOf(error) })
      },
    )
  }

  #publishRecord(): void {
    this.#announcer?.publishRecord().catch((error: unknown) => {
      this.#send({ type: 'RECORD_FAILED', reason: messageOf(error) })
    })
  }

  #notify(notice: Extract<StationEffect, { type: 'notify' }>): void {
    const { identity, onEvent, store } = this.#options
    switch (notice.event) {
      case 'on-air':
        onEvent({ event: 'on-air', link: store.link(identity), key: toHex(identity.station.publicKey) })
        return this.#beginRoutine()
      case 'source':
        return this.#sourceRun.onTaken(notice.state === 'live' ? 'live' : 'stalled')
      case 'off-air':
        if (notice.reason === 'superseded') {
          const { code, message } = StationError.superseded()
          onEvent({ event: 'error', code, message })
        }
        return void this.#close(this.#sourceRun.failed ? 'source-failed' : notice.reason)
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

  /** What runs beside the source while the station is on air. */
  #beginRoutine(): void {
    const node = this.#node
    const announcer = this.#announcer
    if (node === undefined || announcer === undefined) return
    this.#announced?.resolve()
    this.#announced = undefined
    // A network that comes back is as good as a new one: what the DHT knows of us may lead nowhere.
    const announceAnew = (): void => this.#send({ type: 'ADDRESS_CHANGED' })
    this.#watch = new ReachabilityWatch({
      node,
      announcer,
      onChange: announceAnew,
      onReturn: announceAnew,
    })
    if (this.#options.privateIp !== true) this.#watch.start()
    this.#namedRelays?.start()
    this.#intervals.push(
      setInterval(() => this.#beat(), HEARTBEAT_MS),
      setInterval(() => this.#tree.advance(nowUs() / 1000), TREE_TICK_MS),
      setInterval(() => this.#everySecond(), STATS_MS),
      setInterval(() => void announcer.checkRecord(), RECORD_CHECK_MS),
      setInterval(() => this.#renew(), RENEW_SESSION_MS),
      setInterval(() => this.#nameRelays(), RELAYS_CHECK_MS),
    )
  }

  #runSource(): void {
    if (this.#feed !== undefined) void this.#sourceRun.run(this.#feed)
  }

  async #sayBye(reason: 'off-air' | 'superseded'): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, TAIL_MS))
    await this.#audience.sayBye(reason)
    this.#send({ type: 'DRAINED' })
  }

  #beat(): void {
    const state = this.#heartbeatState
    const heartbeat = state === undefined ? undefined : this.#feed?.heartbeat(state)
    this.#audience.beat(heartbeat && this.#session?.signHeartbeat(heartbeat), nowUs() / 1000)
  }

  #renew(): void {
    const session = this.#session
    if (session === undefined) return
    this.#announcer?.updateChain(session.certify(nowS()), session.secretKey)
    this.#announcing?.renew()
  }

  #nameRelays(): void {
    const keys = this.#relays().map(toHex).toSorted().join()
    if (keys === this.#relayKeys) return
    this.#relayKeys = keys
    this.#publishRecord()
  }

  #everySecond(): void {
    this.#audience.tick(nowUs() / 1000)
    this.#stats.tell()
  }

  #openRtc(session: Parameters<NonNullable<AudienceOptions['openRtc']>>[0]): RtcSession | undefined {
    const [node, stack] = [this.#node, this.#rtcStack]
    if (node === undefined || stack === undefined) return undefined
    const opened = new RtcSession({ ...session, role: 'sender', node, stack })
    opened.start()
    return opened
  }

  #close(reason: string): Promise<void> {
    this.#closing ??= this.#closeAll(reason)
    return this.#closing
  }

  async #closeAll(reason: string): Promise<void> {
    this.#feed?.stop()
    this.#audience.stop()
    for (const interval of this.#intervals) clearInterval(interval)
    this.#timers.stopAll()
    this.#watch?.stop()
    this.#namedRelays?.stop()
    await this.#options.source.close().catch(() => undefined)
    await within(LEAVE_MS, this.#announcer?.stop())
    await within(LEAVE_MS, this.#node?.close())
    const durationMs = Math.round((nowUs() - this.#startedUs) / 1000)
    const framesSent = this.#feed?.framesSent ?? 0
    this.#options.onEvent({ event: 'ended', reason, framesSent, durationMs })
    this.#finish(reason)
  }
}

import {
  toHex,
  type Announcement,
  type ControlMessage,
  type Frame,
  type Sodium,
  type StationLink,
} from '@pearcast/protocol'
import { RelayPeer, type RelayEffect } from '@pearcast/relay'
import type { DhtKeyPair, DhtNode, PeerLink } from '@pearcast/swarm'
import { hostLimits, type AudienceEvent } from '../audience/audience.ts'
import { nowUs } from '../clock.ts'
import { Branch } from './branch.ts'
import type { DirectLink } from './direct-link.ts'
import type { Intake } from './intake.ts'
import { TreeParents, type TreeParentsOptions } from './tree-parents.ts'
import type { TunerOptions } from './tuner-options.ts'
import { Upstream } from './upstream.ts'

export interface TreeSideOptions
  extends
    Pick<TunerOptions, 'hasRoom' | 'maxChildren' | 'onEvent' | 'relay' | 'role' | 'uplinkBps'>,
    Pick<TreeParentsOptions, 'onRecord'> {
  sodium: Sodium
  link: StationLink
  keyPair: DhtKeyPair
  intake: Intake
  /** The link to the station itself, which the tree counts among the parents. */
  direct: () => DirectLink | undefined
  announcement: () => Announcement | undefined
  stationClockUs: () => number | undefined
  onGuest: (link: PeerLink) => void
  onGuestGone: (link: PeerLink) => void
  /** Who sends the audio from now on; undefined: nobody. */
  onParent: (key: string | undefined, cause: string) => void
  onParentSays: (key: string, link: PeerLink, message: ControlMessage) => void
  onAlive: (from: string) => void
  onClock: (from: string, t0Us: number, t1Us: number, t2Us: number) => void
  /** A parent says that the station has gone off air. */
  onStationLeft: (key: string) => void
  /** Everybody below has been moved. */
  onDrained: () => void
}

/** Sound first: when the station itself is not there by then, somebody in between is asked, ms. */
const DIRECT_FIRST_MS = 700
const INITIAL_BITRATE = 96_000

/** The way through the tree: does what it wants with parents above and children below, and tells it how that went. */
export class TreeSide {
  readonly peer: RelayPeer<Frame>
  readonly #options: TreeSideOptions
  readonly #startedUs = nowUs()
  #parents: TreeParents | undefined
  #branch: Branch | undefined
  #lookup: NodeJS.Timeout | undefined

  constructor(options: TreeSideOptions) {
    this.#options = options
    this.peer = this.#plant()
  }

  /** Those below; undefined before `open`. */
  get branch(): Branch | undefined {
    return this.#branch
  }

  /** From now on there is a network. */
  open(node: DhtNode): void {
    this.#branch = this.#createBranch(node)
    this.#parents = this.#createParents(node)
  }

  start(): void {
    this.peer.start(nowMs())
  }

  /** The link to a parent that is not the station. */
  upstream(key: string): Upstream | undefined {
    return this.#parents?.upstream(key)
  }

  /** The link to the station can bring audio from now on: it is a parent like others. */
  directCarries(key: string): void {
    this.#joinDirect(key)
  }

  /** Nobody is looked for any more. */
  halt(): void {
    clearTimeout(this.#lookup)
    this.peer.stop(nowMs())
  }

  async leaveParents(): Promise<void> {
    await this.#parents?.stop()
  }

  #plant(): RelayPeer<Frame> {
    const { direct, intake, keyPair } = this.#options
    const peer = new RelayPeer<Frame>({
      self: toHex(keyPair.publicKey),
      ring: intake.ring,
      verify: intake.verify,
      isCopy: intake.isCopy,
      limits: hostLimits(0, { bitrate: INITIAL_BITRATE, maxPerPrefix: 0 }),
      random: Math.random,
      hasRoom: () => this.#branch?.audience.hasRoom === true,
      isStation: (key) => key === direct()?.key,
      sendFrame: (child, frame, hops) => this.#branch?.audience.sendFrame(child, frame, hops) ?? true,
      sendBeat: (child, headSeq) => this.#branch?.audience.sendBeat(child, headSeq),
      perform: (effect) => this.#perform(effect),
    })
    intake.plant(peer)
    return peer
  }

  #createBranch(node: DhtNode): Branch {
    const { announcement, intake, keyPair, onEvent, relay, stationClockUs, ...options } = this.#options
    const { hasRoom, link, maxChildren, onGuest, onGuestGone, role, sodium, uplinkBps } = options
    const branch = new Branch({
      node,
      sodium,
      link,
      role,
      keyPair,
      mode: relay,
      ring: intake.ring,
      uplinkBps,
      maxChildren,
      hasRoom,
      announcement,
      clockUs: stationClockUs,
      onGuest,
      onGuestGone,
      onEvent: (event) => this.#onAudience(event),
      onAnnounced: (announced) => onEvent({ event: 'announced', announced, key: toHex(keyPair.publicKey) }),
    })
    branch.plant(this.peer)
    return branch
  }

  #onAudience(event: AudienceEvent): void {
    const { onEvent } = this.#options
    if (event.event === 'listener-joined') onEvent({ event: 'child-joined', id: event.id, via: event.via })
    if (event.event === 'listener-left') onEvent({ event: 'child-left', id: event.id, reason: event.reason })
  }

  #createParents(node: DhtNode): TreeParents {
    const { direct, link, onRecord, onStationLeft, role, sodium } = this.#options
    return new TreeParents({
      node,
      sodium,
      link,
      role,
      createUpstream: ({ key, link: open }) => {
        open.onClose = undefined
        return this.#createUpstream(node, key, open)
      },
      onUp: (key, news) => this.peer.linkUp(key, known(news), nowMs()),
      onDown: (key, why) => {
        if (why === 'off-air') onStationLeft(key)
        if (why === 'violation') this.peer.client.guilty(key, 'flood', nowMs())
        this.peer.linkDown(key, nowMs())
      },
      onRecord,
      onFound: (key, source) => {
        if (key !== direct()?.key) this.peer.learn({ key, source }, nowMs())
      },
    })
  }

  #createUpstream(node: DhtNode, key: string, link: PeerLink): Upstream {
    const { intake, onAlive, onClock, onParentSays } = this.#options
    return new Upstream({
      link,
      key,
      path: 'relayed',
      node,
      stack: undefined,
      intake,
      onControl: (message) => onParentSays(key, link, message),
      onRtcPhase: () => undefined,
      onAlive: () => onAlive(key),
      onClock: (t0Us, t1Us, t2Us) => onClock(key, t0Us, t1Us, t2Us),
    })
  }

  #perform(effect: RelayEffect): void {
    const { direct, onDrained, onEvent, onParent } = this.#options
    switch (effect.type) {
      case 'search':
        return this.#search()
      case 'connect':
        return effect.key === direct()?.key
          ? this.#joinDirect(effect.key)
          : this.#parents?.connect(effect.key)
      case 'disconnect':
        if (effect.key !== direct()?.key) this.#parents?.disconnect(effect.key)
        return
      case 'send':
        return this.#send(effect.key, effect.message)
      case 'parent':
        return onParent(effect.key, effect.cause)
      case 'place':
        return
      case 'distrusted':
        return onEvent({ event: 'distrusted', key: effect.key, reason: effect.reason })
      case 'drained':
        return onDrained()
      case 'announce':
      case 'unannounce':
      case 'child':
      case 'child-left':
        return this.#branch?.perform(effect)
    }
  }

  /** Its link is up already; that is told once the machine has done with what made it ask. */
  #joinDirect(key: string): void {
    queueMicrotask(() => {
      const direct = this.#options.direct()
      if (direct?.key !== key) return this.peer.linkDown(key, nowMs())
      // As a parent it would be given up for its silence. That way it is on its way, and others are asked meanwhile.
      if (!direct.carries) return direct.subscribe()
      this.peer.linkUp(key, known({ rttMs: direct.upstream.link.rttMs, prefix: direct.prefix }), nowMs())
    })
  }

  #search(): void {
    const sinceStartMs = (nowUs() - this.#startedUs) / 1000
    const waitMs = this.#options.direct() === undefined ? DIRECT_FIRST_MS - sinceStartMs : 0
    if (waitMs <= 0) return this.#parents?.search()
    clearTimeout(this.#lookup)
    this.#lookup = setTimeout(() => this.#parents?.search(), waitMs)
  }

  #send(key: string, message: ControlMessage): void {
    const direct = this.#options.direct()
    const isChild = this.#branch?.audience.has(key) === true
    if (isChild) return this.#branch?.perform({ type: 'send', key, message })
    if (key !== direct?.key) {
      this.#parents?.send(key, message)
      // Nobody else sends: that it has a place for us need not be awaited.
      if (message.type === 'reserve' && !message.standby && this.peer.client.primary === undefined)
        this.#parents?.upstream(key)?.subscribe({ swarm: true, webrtc: false })
      return
    }
    if (message.type !== 'subscribe') return direct.upstream.link.send(message)
    if (message.paths.swarm) direct.subscribe()
    else direct.rest()
  }
}

/** Without what is not known. */
function known({ prefix, rttMs }: { rttMs: number; prefix: string | undefined }): {
  rttMs: number
  prefix?: string
} {
  return prefix === undefined ? { rttMs } : { rttMs, prefix }
}

const nowMs = (): number => nowUs() / 1000

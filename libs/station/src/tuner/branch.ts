import type { FrameRing } from '@pearcast/media'
import type { Announcement, Sodium, StationLink } from '@pearcast/protocol'
import { fanOut, leafReason, type LeafReason, type RelayEffect, type RelayPeer } from '@pearcast/relay'
import type { Frame } from '@pearcast/protocol'
import {
  type AdmissionLimits,
  HelperServer,
  type DhtKeyPair,
  type DhtNode,
  type PeerLink,
} from '@pearcast/swarm'
import { Audience, hostLimits, streamBps, type AudienceEvent } from '../audience/audience.ts'
import { nowUs } from '../clock.ts'

/** Whether this peer carries the station to others: `auto` where it can be reached and has uplink to spare. */
export type RelayMode = 'auto' | 'on' | 'off'

export interface BranchOptions {
  node: DhtNode
  sodium: Sodium
  link: StationLink
  role: 'listener' | 'relay'
  keyPair: DhtKeyPair
  mode: RelayMode
  ring: FrameRing
  /** What the user lets others use of the uplink, bit/s. */
  uplinkBps?: number | undefined
  maxChildren?: number | undefined
  hasRoom?: (() => boolean) | undefined
  announcement: () => Announcement | undefined
  clockUs: () => number | undefined
  onGuest: (link: PeerLink) => void
  onGuestGone: (link: PeerLink) => void
  onEvent: (event: AudienceEvent) => void
  /** Others can find this peer from now on, or no longer. */
  onAnnounced: (announced: boolean) => void
}

/** What a listener gives of its uplink when nobody said how much, bit/s. */
const LISTENER_UPLINK_BPS = 2_000_000
const RELAY_UPLINK_BPS = 100_000_000
/** Usual until the station has said its own, bit/s. */
const USUAL_BITRATE = 96_000
/** Answers the search of others that many times before the network is looked at again, ms. */
const RETRY_ANNOUNCE_MS = 10_000

/** The part of a listener or relay that faces those below: found by others, it serves whom the tree gives a place. */
export class Branch {
  readonly audience: Audience
  readonly #options: BranchOptions
  #mode: RelayMode
  #uplinkBps: number | undefined
  #tree: RelayPeer<Frame> | undefined
  #server: HelperServer | undefined
  #retry: NodeJS.Timeout | undefined
  #wanted = false
  #announced = false
  #stopped = false

  constructor(options: BranchOptions) {
    this.#options = options
    this.#mode = options.mode
    this.#uplinkBps = options.uplinkBps
    this.audience = new Audience({
      ring: options.ring,
      bitrate: USUAL_BITRATE,
      uplinkBps: this.allowedBps,
      ...(options.hasRoom !== undefined && { hasRoom: options.hasRoom }),
      announcement: options.announcement,
      clockUs: options.clockUs,
      onServed: (link) => this.#server?.keep(link),
      onEvent: options.onEvent,
    })
  }

  /** What others may use of the uplink, bit/s. */
  get allowedBps(): number {
    return this.#uplinkBps ?? (this.#options.role === 'relay' ? RELAY_UPLINK_BPS : LISTENER_UPLINK_BPS)
  }

  /** Children that the uplink serves. */
  get places(): number {
    const streamBytesPerS = streamBps(this.#options.announcement()?.about.bitrate ?? USUAL_BITRATE) / 8
    const uplinkBytesPerS = this.allowedBps / 8
    return fanOut({ uplinkBytesPerS, streamBytesPerS, maxChildren: this.#options.maxChildren })
  }

  plant(tree: RelayPeer<Frame>): void {
    this.#tree = tree
    this.audience.plant(tree)
  }

  /** The user has changed his mind. */
  allow(mode: RelayMode, uplinkBps: number | undefined): void {
    this.#mode = mode
    this.#uplinkBps = uplinkBps
    this.consider()
  }

  /** Why this peer serves nobody, or undefined when it may. */
  get leafReason(): LeafReason | undefined {
    const children = this.places
    // Who asked for it may serve a single one; a listener that does by itself makes the tree deeper and no wider.
    const isWanted = this.#options.role === 'relay' || this.#options.maxChildren !== undefined
    const enough = isWanted && children > 0 ? 2 : children
    return leafReason({ mode: this.#mode, metered: false, reach: this.#reach, fanOut: enough })
  }

  /** Now and then, and when the network may have changed: whether to serve, and how many. */
  consider(): void {
    if (this.#stopped) return
    const nowMs = nowUs() / 1000
    const bitrate = this.#options.announcement()?.about.bitrate ?? USUAL_BITRATE
    const { places } = this
    const maxPerPrefix = this.#options.node.isLoopback ? places : Math.max(4, Math.ceil(places / 2))
    this.#tree?.host.setLimits(hostLimits(places, { bitrate, maxPerPrefix }), nowMs)
    this.#server?.limit(this.#connectionLimits)
    this.#tree?.host.setFit(this.leafReason === undefined, nowMs)
  }

  perform(effect: RelayEffect): void {
    if (effect.type === 'announce') this.#announce()
    else if (effect.type === 'unannounce') this.#withdraw()
    else this.audience.perform(effect)
  }

  get isAnnounced(): boolean {
    return this.#announced
  }

  async stop(reason: 'leaving' | 'off-air'): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    await this.audience.sayBye(reason)
    await this.#server?.stop()
  }

  get #reach(): 'open' | 'punched' | 'never' | 'unknown' {
    const { node } = this.#options
    if (this.#mode === 'on' && node.natClass !== 'random') return 'open'
    // On one machine everybody reaches everybody.
    if (node.isLoopback) return 'never'
    switch (node.natClass) {
      case 'open':
        return 'open'
      case 'consistent':
        return 'punched'
      case 'random':
        return 'never'
      case 'unknown':
        return 'unknown'
    }
  }

  #announce(): void {
    this.#wanted = true
    if (this.#stopped) return
    const server = (this.#server ??= this.#createServer())
    server.start().then(
      () => this.#tellAnnounced(),
      () => this.#announceLater(),
    )
  }

  #tellAnnounced(): void {
    if (!this.#wanted || this.#announced) return
    this.#announced = true
    this.#options.onAnnounced(true)
  }

  #createServer(): HelperServer {
    const { keyPair, link, node, onGuest, onGuestGone, role, sodium } = this.#options
    return new HelperServer({
      node,
      sodium,
      link,
      role,
      keyPair,
      limits: this.#connectionLimits,
      onGuest: (guest) => {
        onGuest(guest)
        this.audience.adopt(guest)
      },
      onGuestGone,
    })
  }

  get #connectionLimits(): Partial<AdmissionLimits> {
    const room = 2 * this.places + 32
    return {
      maxConnections: room,
      maxPending: room,
      handshakes: { burst: 2 * room, perSecond: 100 },
      // Who takes places takes connections first: one address gets no more than one network gets places.
      ...(!this.#options.node.isLoopback && {
        maxPerAddress: Math.ceil(room / 2),
        handshakesPerAddress: { burst: 64, perSecond: 8 },
      }),
    }
  }

  #announceLater(): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      if (this.#wanted) this.#announce()
    }, RETRY_ANNOUNCE_MS)
  }

  #withdraw(): void {
    this.#wanted = false
    clearTimeout(this.#retry)
    // Children stay until they have moved; nobody new is sent here.
    void this.#server?.withdraw()
    if (!this.#announced) return
    this.#announced = false
    this.#options.onAnnounced(false)
  }
}

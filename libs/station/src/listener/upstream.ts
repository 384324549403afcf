import { Reception } from '@pearcast/media'
import {
  encodeDatagram,
  type Accepted,
  type Announcement,
  type ControlMessage,
  type Frame,
  type Refused,
  type SelectablePath,
  type Via,
} from '@pearcast/protocol'
import type { RtcStack } from '@pearcast/rtc'
import type { SignalingPhase } from '@pearcast/session-fsm'
import type { DhtNode, PeerLink } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import { RtcSession } from '../rtc-session.ts'
import type { MediaReceiver } from './media-receiver.ts'

export interface UpstreamOptions {
  link: PeerLink
  node: DhtNode
  /** Undefined: offers of the parent are not answered. */
  stack: RtcStack | undefined
  receiver: MediaReceiver
  onAccepted: (message: Accepted) => void
  onRefused: (message: Refused) => void
  onAnnouncement: (message: Announcement) => void
  onRtcPhase: (phase: SignalingPhase) => void
  /** A frame or any heartbeat came: the parent lives. */
  onAlive: (by: 'frame' | 'heartbeat') => void
}

const CHANNEL = 1
/** Quick at first, so that the first latencies are known; then once a second. */
const FIRST_PINGS = 4
const FIRST_PING_MS = 60
const PING_MS = 1000

/**
 * The link to the parent, as a listener uses it: subscribe, select a path, ask again for lost frames, report how they
 * arrive, compare clocks.
 */
export class Upstream {
  readonly link: PeerLink
  readonly #options: UpstreamOptions
  readonly #reception = new Reception()
  #rtc: RtcSession | undefined
  #pings = 0
  #pingTimer: NodeJS.Timeout | undefined

  constructor(options: UpstreamOptions) {
    this.#options = options
    this.link = options.link
    this.link.onControl = (message) => this.#onControl(message)
    this.link.onDatagram = (plaintext) => {
      const type = options.receiver.onDatagram(plaintext)
      if (type !== undefined) options.onAlive(type === 'frame' ? 'frame' : 'heartbeat')
    }
    this.#ping()
  }

  get via(): Via {
    return this.link.via
  }

  subscribe(paths: { swarm: boolean; webrtc: boolean }): void {
    this.link.send({ type: 'subscribe', channel: CHANNEL, variant: 0, paths })
  }

  select(path: SelectablePath): void {
    this.link.send({ type: 'select', channel: CHANNEL, path })
  }

  /** Asks the parent for frames again. */
  requestRepair(seqs: number[]): void {
    if (seqs.length > 0) this.link.sendDatagram(encodeDatagram({ type: 'nack', channel: CHANNEL, seqs }))
  }

  /** A verified frame, by whatever path. Hot. */
  onFrame(frame: Frame, atUs: number): void {
    this.#reception.onFrame(frame, atUs)
  }

  /** A few times a second: the parent learns how its frames arrive. */
  reportIfDue(atUs: number): void {
    if (!this.#reception.isDue(atUs)) return
    this.link.sendDatagram(
      encodeDatagram({ type: 'report', channel: CHANNEL, ...this.#reception.report(atUs) }),
    )
  }

  /** Ends what runs beside the link; the link itself is its manager's. */
  detach(): void {
    clearTimeout(this.#pingTimer)
    this.#rtc?.close()
    this.#rtc = undefined
    this.link.onControl = undefined
    this.link.onDatagram = undefined
  }

  #onControl(message: ControlMessage): void {
    switch (message.type) {
      case 'accepted':
        return this.#options.onAccepted(message)
      case 'announcement':
        return this.#options.onAnnouncement(message)
      case 'ping':
        return this.link.send({ type: 'pong', id: message.id, t0Us: message.t0Us, t1Us: nowUs() })
      case 'refused':
        // What is not sent for a while is not lost.
        this.#reception.clear()
        return this.#options.onRefused(message)
      case 'signal':
        this.#rtc ??= this.#openRtc()
        return this.#rtc?.receive(message.session, message.signal)
      case 'pong':
        return this.#options.receiver.clock.sample(message.t0Us, message.t1Us, nowUs())
      default:
        // The rest is for other roles; an unknown kind was judged by the link.
        return
    }
  }

  #openRtc(): RtcSession | undefined {
    const { link, node, onAlive, onRtcPhase, receiver, stack } = this.#options
    if (stack === undefined) return undefined
    return new RtcSession({
      role: 'receiver',
      link,
      node,
      stack,
      onPhase: onRtcPhase,
      onRtp: (packet) => {
        receiver.onRtp(packet)
        onAlive('frame')
      },
    })
  }

  #ping(): void {
    this.#pings++
    this.link.send({ type: 'ping', id: this.#pings, t0Us: nowUs() })
    this.#pingTimer = setTimeout(() => this.#ping(), this.#pings < FIRST_PINGS ? FIRST_PING_MS : PING_MS)
  }
}

import { Reception } from '@pearcast/media'
import {
  encodeDatagram,
  toHex,
  type ControlMessage,
  type Frame,
  type Path,
  type SelectablePath,
  type Subscribe,
  type Via,
} from '@pearcast/protocol'
import type { RtcStack } from '@pearcast/rtc'
import type { SignalingPhase } from '@pearcast/session-fsm'
import type { DhtNode, PeerLink } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import { RtcSession } from '../rtc-session.ts'
import type { Intake } from './intake.ts'

export interface UpstreamOptions {
  link: PeerLink
  /** Its key in the tree, hex: the one under which it is dialled. */
  key: string
  path: Path
  node: DhtNode
  /** Undefined: offers of the parent are not answered. */
  stack: RtcStack | undefined
  intake: Intake
  onControl: (message: ControlMessage) => void
  onRtcPhase: (phase: SignalingPhase) => void
  /** A frame or any heartbeat came: the parent lives. */
  onAlive: (by: 'frame' | 'heartbeat') => void
  /** Times of a probe, local at both ends and the station's between them, unix microseconds. */
  onClock: (t0Us: number, t1Us: number, t2Us: number) => void
}

const CHANNEL = 1
/** Audio by datagrams. */
export const AUDIO_SUBSCRIPTION: Subscribe = {
  type: 'subscribe',
  channel: CHANNEL,
  variant: 0,
  paths: { swarm: true, webrtc: false },
}
/**
 * Quick at first, so that the first latencies are known. Then as rarely as spares both ends the keep-alive of their connection
 * (2 s): a ping costs the sender's processor as much as four frames.
 */
const FIRST_PINGS = 4
const FIRST_PING_MS = 60
const PING_MS = 1800
/** Answers to these are taken. */
const PINGS_KNOWN = 8

/**
 * The link to one parent: subscribe, select a path, ask again for lost frames, report how they arrive, compare clocks.
 */
export class Upstream {
  readonly link: PeerLink
  readonly key: string
  readonly #options: UpstreamOptions
  readonly #reception = new Reception()
  #rtc: RtcSession | undefined
  #pings = 0
  /** When each of the latest was sent, us. */
  readonly #pinged = new Float64Array(PINGS_KNOWN)
  #pingTimer: NodeJS.Timeout | undefined

  constructor(options: UpstreamOptions) {
    const { intake, key, link, onAlive, path } = options
    this.#options = options
    this.link = link
    this.key = key
    link.onControl = (message) => this.#onControl(message)
    link.onDatagram = (plaintext) => {
      const type = intake.onDatagram(plaintext, key, path)
      if (type !== undefined) onAlive(type === 'frame' ? 'frame' : 'heartbeat')
    }
    this.#ping()
  }

  get via(): Via {
    return this.#options.path === 'relayed' ? 'relay' : this.link.via
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

  /** What is not sent for a while is not lost. */
  paused(): void {
    this.#reception.clear()
  }

  /** A few times a second: the parent learns how its frames arrive. */
  reportIfDue(atUs: number): void {
    if (!this.#reception.isDue(atUs)) return
    this.link.sendDatagram(
      encodeDatagram({ type: 'report', channel: CHANNEL, ...this.#reception.report(atUs) }),
    )
  }

  /** Ends what runs beside the link; the link itself is its owner's. */
  detach(): void {
    clearTimeout(this.#pingTimer)
    this.#rtc?.close()
    this.#rtc = undefined
    this.link.onControl = undefined
    this.link.onDatagram = undefined
  }

  #onControl(message: ControlMessage): void {
    switch (message.type) {
      case 'ping':
        return this.link.send({ type: 'pong', id: message.id, t0Us: message.t0Us, t1Us: nowUs() })
      case 'signal':
        this.#rtc ??= this.#openRtc()
        return this.#rtc?.receive(message.session, message.signal)
      case 'pong':
        // Only what was asked, and when it was: a round trip that is told too short would count for most.
        if (this.#pinged[message.id % PINGS_KNOWN] === message.t0Us)
          this.#options.onClock(message.t0Us, message.t1Us, nowUs())
        return
      default:
        return this.#options.onControl(message)
    }
  }

  #openRtc(): RtcSession | undefined {
    const { intake, link, node, onAlive, onRtcPhase, stack } = this.#options
    if (stack === undefined) return undefined
    return new RtcSession({
      role: 'receiver',
      link,
      node,
      stack,
      onPhase: onRtcPhase,
      onRtp: (packet) => {
        intake.onRtp(packet, this.key)
        onAlive('frame')
      },
    })
  }

  #ping(): void {
    this.#pings++
    const t0Us = nowUs()
    this.#pinged[this.#pings % PINGS_KNOWN] = t0Us
    this.link.send({ type: 'ping', id: this.#pings, t0Us })
    this.#pingTimer = setTimeout(() => this.#ping(), this.#pings < FIRST_PINGS ? FIRST_PING_MS : PING_MS)
  }
}

/** The key of a link to the station itself: the one that was dialled. */
export function keyOf(link: PeerLink): string {
  return toHex(link.remoteKey)
}

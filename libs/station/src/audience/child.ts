import {
  toHex,
  decodeDatagram,
  encodeDatagram,
  ProtocolError,
  type Announcement,
  type ControlMessage,
  type Frame,
  type Path,
  type Ping,
  type SelectablePath,
  type Subscribe,
  type Via,
} from '@pearcast/protocol'
import { ChildCongestion, type SignalingPhase } from '@pearcast/session-fsm'
import { TokenBucket, type LinkEnd, type PeerLink, type Rate } from '@pearcast/swarm'
import { nowUs } from '../clock.ts'
import { RTC_ATTEMPTS, type RtcCarrier } from '../rtc-session.ts'
import type { ChildHost } from './child-host.ts'
import type { UplinkUser } from './congestion-control.ts'
import { Pauses } from './pauses.ts'
import { PeerWatch } from './peer-watch.ts'

/** Frames older than this are of no use to a new listener: it starts at the live edge. */
const CATCH_UP_US = 80_000
/** Repeats of lost frames cost uplink: a child gets at most so many, whatever it asks. */
const REPAIRS: Rate = { burst: 100, perSecond: 100 }
/** When a listener that found the station full may ask again. */
const FULL_RETRY_MS = 5000

/**
 * One listener as its parent sees it. Audio goes out over each path that is on: swarm from the subscription, WebRTC
 * beside it once it is connected, and only the one that the listener selected from then on (make before break).
 */
export class Child implements UplinkUser {
  readonly link: PeerLink
  /** Of its link, in the tree. */
  readonly key: string
  bytesSent = 0
  congestion: ChildCongestion = new ChildCongestion()
  repeats = false
  #channel: number | undefined
  #announcement: Announcement | undefined
  /** What is sent now. */
  #swarm = false
  #webrtc = false
  /** What the listener subscribed to. */
  #wants: { swarm: boolean; webrtc: boolean } = { swarm: false, webrtc: false }
  #path: SelectablePath = 'swarm'
  joined = false
  #rtc: RtcCarrier | undefined
  #gone = false
  readonly #repairs = new TokenBucket(REPAIRS, nowUs() / 1000)
  readonly #rtcAttempts = new TokenBucket(RTC_ATTEMPTS, nowUs() / 1000)
  readonly #watch = new PeerWatch()
  readonly #pauses = new Pauses()
  readonly #host: ChildHost<Child>

  constructor(link: PeerLink, host: ChildHost<Child>) {
    this.link = link
    this.key = toHex(link.remoteKey)
    this.#host = host
    link.onControl = (message) => {
      this.#watch.heard()
      this.#onControl(message)
    }
    link.onDatagram = (plaintext) => {
      this.#watch.heard()
      this.#onDatagram(plaintext)
    }
    link.onClose = (end) => this.#onClose(end)
  }

  get id(): string {
    return this.link.id
  }

  get path(): Path {
    return this.#path
  }

  get via(): Via {
    return this.#path === 'webrtc' ? 'webrtc' : this.link.via
  }

  get copies(): number {
    const { swarm, webrtc } = this.#wants
    const paths = (this.#swarm ? 1 : 0) + (this.#webrtc ? 1 : 0)
    // Who waits for WebRTC will get a copy as well.
    if (paths === 0) return this.#channel !== undefined && (swarm || webrtc) ? 1 : 0
    return this.repeats ? 2 * paths : paths
  }

  /** Hot: once a frame and child. False: the link takes nothing now. */
  send(frame: Frame): boolean {
    if (this.#channel === undefined) return true
    let taken = true
    if (this.#swarm) {
      const datagram = this.#host.copies.datagram(frame, this.#channel)
      taken = this.link.sendDatagram(datagram)
      if (taken) this.bytesSent += datagram.length
    }
    if (this.#webrtc) {
      const packet = this.#host.copies.rtp(frame)
      if (this.#rtc?.sendRtp(packet) === true) this.bytesSent += packet.length
    }
    return taken
  }

  /** A signed source heartbeat, over the link whatever path the audio takes. */
  beat(body: Uint8Array): void {
    if (this.#channel === undefined) return
    this.link.sendDatagram(encodeDatagram({ type: 'source-heartbeat', channel: this.#channel, body }))
  }

  /** While no frames go over the link, it still shows that it lives and what was sent last. */
  hopBeat(headSeq: number): void {
    if (this.#channel === undefined || this.#swarm) return
    this.link.sendDatagram(encodeDatagram({ type: 'hop-heartbeat', channel: this.#channel, headSeq }))
  }

  /** It has a place: audio from now on, or heads only. */
  serve(channel: number, audio: boolean): void {
    const isNew = this.#channel !== channel
    this.#channel = channel
    this.#greet(channel)
    if (!audio) return this.#rest()
    if (!this.#wants.swarm) return
    if (this.#path !== 'webrtc') this.#swarm = true
    if (isNew || !this.joined) this.#join('swarm')
  }

  /** What the station says of itself is told once: who subscribes again and again would have it each time. */
  #greet(channel: number): void {
    const { accepted, announcement } = this.#host.greet(channel)
    if (announcement !== undefined && announcement !== this.#announcement)
      this.link.send(announcement, accepted)
    else this.link.send(accepted)
    this.#announcement = announcement
  }

  /** It has no place any more. */
  unserve(reason: string): void {
    if (this.#channel === undefined) return
    this.#silence()
    this.#leave(reason)
  }

  /** Once a second. @param listens it is admitted */
  watch(listens: boolean): void {
    switch (this.#watch.tick(listens)) {
      case 'ask':
        return this.link.send({ type: 'ping', id: 0, t0Us: nowUs() })
      case 'gone':
        return void this.link.close('draining', 'it answered nothing for 20 s')
      case 'idle':
        return void this.link.close('draining', 'it listened to nothing for 90 s')
      case 'fine':
        return
    }
  }

  /** No audio for a while: its line, or ours, does not carry it. It is told when to come back. */
  pause(): void {
    const channel = this.#channel
    if (channel === undefined) return
    this.#silence()
    this.#pauses.begin(nowUs())
    this.#host.evict(this)
    this.#refuse(channel, 'full')
    this.#host.paused(this)
    this.joined = false
  }

  /** The goodbye first: a listener that lost WebRTC before it would take that for a fault. */
  async close(reason: 'off-air' | 'superseded' | 'leaving'): Promise<void> {
    const rtc = this.#rtc
    this.#rtc = undefined
    await this.link.close(reason)
    rtc?.close()
  }

  /** The station says something new of itself. */
  announce(announcement: Announcement): void {
    this.#announcement = announcement
    this.link.send(announcement)
  }

  #onControl(message: ControlMessage): void {
    switch (message.type) {
      case 'reserve':
        this.#watch.subscribed()
        return this.#host.toTree(this, message)
      // Who below it has places free.
      case 'parents':
        return this.#host.toTree(this, message)
      case 'subscribe':
        return this.#subscribe(message)
      case 'select':
        if (message.channel === this.#channel) this.#select(message.path)
        return
      case 'signal':
        return this.#rtc?.receive(message.session, message.signal)
      case 'ping':
        return this.#pong(message)
      default:
        // The rest is for other roles; an unknown kind was judged by the link.
        return
    }
  }

  /** Our own clock is the station's, or follows it; who does not know it yet has no answer. */
  #pong({ id, t0Us }: Ping): void {
    const t1Us = this.#host.clockUs()
    if (t1Us !== undefined) this.link.send({ type: 'pong', id, t0Us, t1Us })
  }

  #subscribe(message: Subscribe): void {
    const { channel, paths, variant } = message
    this.#watch.subscribed()
    if (variant !== 0) return this.#refuse(channel, 'not-allowed')
    if (this.#pauses.leftMs(nowUs()) > 0) return this.#refuse(channel, 'full')
    this.#wants = paths
    if (!this.#host.subscribe(this, message)) return
    if (paths.webrtc && this.#rtc === undefined) this.#openRtc()
    // Nothing could carry audio to it: every WebRTC slot is taken, or there is no WebRTC here, and it wants no swarm.
    if (!paths.webrtc || paths.swarm || this.#rtc !== undefined) return
    this.#silence()
    this.#host.evict(this)
    this.#refuse(channel, 'full')
  }

  /** Heads only from now on. */
  #rest(): void {
    const { joined } = this
    const channel = this.#channel
    this.#silence()
    this.#channel = channel
    if (joined) this.#leave('resting')
  }

  #silence(): void {
    this.#channel = undefined
    this.#swarm = false
    this.#webrtc = false
    this.repeats = false
    this.congestion = new ChildCongestion()
    this.#path = 'swarm'
    this.#closeRtc()
  }

  #leave(reason: string): void {
    this.#host.left(this, reason)
    this.joined = false
  }

  #refuse(channel: number, reason: 'full' | 'not-allowed'): void {
    const retryAfterMs = reason === 'full' ? Math.max(FULL_RETRY_MS, this.#pauses.leftMs(nowUs())) : 0
    this.link.send({ type: 'refused', channel, reason, retryAfterMs })
  }

  #openRtc(): void {
    if (!this.#rtcAttempts.take(nowUs() / 1000) || !this.#host.switches.takeConnection(this)) return
    this.#rtc = this.#host.openRtc(this)
  }

  #closeRtc(): void {
    const rtc = this.#rtc
    this.#rtc = undefined
    rtc?.close()
    this.#host.switches.release(this)
  }

  #startSwarm(): void {
    if (this.#swarm) return
    this.#swarm = true
    this.#catchUp()
  }

  /** The latest frames at once, so that a listener need not wait to fill its jitter buffer. */
  #catchUp(): void {
    const { ring } = this.#host
    const oldestUs = nowUs() - CATCH_UP_US
    let from = ring.head + 1
    while ((ring.get(from - 1)?.captureUs ?? 0) >= oldestUs) from--
    for (let seq = from; seq <= ring.head; seq++) {
      const frame = ring.get(seq)
      if (frame !== undefined) this.send(frame)
    }
  }

  /** What the WebRTC session says of itself; `retrying` keeps it, `failed` and `closed` end it. */
  rtcPhase(phase: SignalingPhase): void {
    // What WebRTC does once the listener is gone is no news of the listener.
    if (this.#gone || this.#rtc === undefined) return
    if (phase === 'connected') return this.#rtcConnected()
    this.#webrtc = false
    this.#host.switches.end(this)
    if (phase === 'failed' || phase === 'closed') {
      this.#rtc = undefined
      this.#host.switches.release(this)
    }
    if (this.#path === 'webrtc') this.#moveTo('swarm')
  }

  #rtcConnected(): void {
    if (this.#wants.swarm) return this.#host.switches.request(this)
    this.#webrtc = true
    this.#moveTo('webrtc')
    this.#join('webrtc')
  }

  /** From now on it gets each frame over both paths, until it selects one. */
  startSwitch(): void {
    this.#webrtc = true
  }

  #join(path: SelectablePath): void {
    if (this.joined) return
    this.joined = true
    this.#path = path
    this.#host.joined(this)
  }

  #select(path: SelectablePath): void {
    // The listener's end of WebRTC may be up before ours: what it selects then comes by itself once we are connected.
    if (path === 'webrtc' && !this.#webrtc) return
    this.#moveTo(path)
    this.#host.switches.end(this)
    // A later subscription may ask for WebRTC again.
    if (path === 'swarm') this.#rtc?.close()
  }

  #moveTo(path: SelectablePath): void {
    const from = this.#path
    if (!this.#wants[path] || (path === 'webrtc' && !this.#webrtc)) return
    this.#path = path
    if (path === 'swarm') this.#startSwarm()
    else this.#swarm = false
    if (from !== path && this.joined) this.#host.pathChanged(this, from)
  }

  #onDatagram(plaintext: Uint8Array): void {
    let datagram
    try {
      datagram = decodeDatagram(plaintext)
    } catch (error) {
      if (error instanceof ProtocolError) return
      throw error
    }
    if (datagram.channel !== this.#channel) return
    if (datagram.type === 'report') this.congestion.onReport(datagram, nowUs() / 1000)
    // What a full queue dropped would only fill it again.
    if (datagram.type !== 'nack' || this.congestion.treatment !== 'full') return
    for (const seq of datagram.seqs) this.#repair(seq)
  }

  #repair(seq: number): void {
    const frame = this.#host.ring.get(seq)
    if (frame === undefined || this.#channel === undefined || !this.#repairs.take(nowUs() / 1000)) return
    if (this.#path === 'webrtc' && this.#rtc?.sendRtp(this.#host.copies.rtp(frame)) === true) return
    this.link.sendDatagram(this.#host.copies.datagram(frame, this.#channel))
  }

  #onClose(end: LinkEnd): void {
    this.#gone = true
    this.#rtc?.close()
    this.#host.switches.release(this)
    this.#host.gone(this, end.kind === 'local' || end.kind === 'bye' ? end.reason : end.kind)
  }
}

import {
  ClockOffset,
  FrameBus,
  Playout,
  RepairRequester,
  type Decoder,
  type Gap,
  type PlayedSlot,
  type PlayoutStats,
} from '@pearcast/media'
import {
  decodeDatagram,
  decodeFrameBody,
  decodeRtpFrame,
  decodeVerifiedHeartbeat,
  FrameVerifier,
  ProtocolError,
  streamContext,
  type Datagram,
  type Frame,
  type Path,
  type Sodium,
  type SourceHeartbeat,
  type VerifiedSession,
} from '@pearcast/protocol'

/** How long after its deadline a lost frame is still asked for. */
const REPAIR_MARGIN_MS = 200
const NO_REPAIRS: number[] = []

export interface MediaReceiverOptions {
  sodium: Sodium
  decoder: Decoder
  channels: 1 | 2
  /** Smallest delay of the jitter buffer, ms; its own default when left out. */
  bufferMs?: number | undefined
  nowUs: () => number
  /** A verified frame, or another copy of one by another path. Hot. */
  onFrame: (frame: Frame, path: Path, nowUs: number) => void
  onHeartbeat: (heartbeat: SourceHeartbeat) => void
  onPlayed: (slot: PlayedSlot) => void
  onGap: (gap: Gap) => void
}

/**
 * From bytes to sound: parse, verify, put in order, conceal, play. Nothing unverified is buffered, played or asked for
 * again. One receiver serves all links and paths of a listener, so that changing them is not heard.
 */
export class MediaReceiver {
  readonly clock: ClockOffset = new ClockOffset()
  readonly repair: RepairRequester = new RepairRequester()
  /** Frames and heartbeats that did not parse or whose signature is wrong. */
  refused = 0
  readonly #options: MediaReceiverOptions
  readonly #bus: FrameBus = new FrameBus()
  readonly #playout: Playout
  #session: VerifiedSession | undefined
  #context: Uint8Array | undefined
  #verifier: FrameVerifier | undefined

  constructor(options: MediaReceiverOptions) {
    this.#options = options
    const { bufferMs, channels, clock, decoder, onGap, onPlayed } = { ...options, clock: this.clock }
    this.#playout = new Playout({
      channels,
      clock,
      decoder,
      ...(bufferMs !== undefined && { minDelayMs: bufferMs }),
      onGap,
      onPlayed,
    })
  }

  /** Whose frames count from now on. True when this is another run of the station, with sequence numbers of its own. */
  begin(session: VerifiedSession): boolean {
    const before = this.#session
    this.#session = session
    const same =
      before !== undefined && before.generation === session.generation && before.term === session.term
    if (same) return false
    this.#context = streamContext(this.#options.sodium, session, 0)
    this.#verifier = new FrameVerifier(this.#options.sodium, session.sessionKey, this.#context)
    return before !== undefined
  }

  /** Forgets what was buffered and received of the former run. */
  reset(): void {
    this.#bus.ring.clear()
    this.repair.clear()
    this.#playout.newSession()
  }

  /** The parent has sent nothing after `headSeq`; 0: nothing of this run at all, so all of it can be heard. */
  startAfter(headSeq: number): void {
    if (headSeq > 0) return
    this.#playout.expectStart(headSeq + 1)
    this.repair.startAfter(headSeq)
  }

  /** One opened datagram. Returns its channel and kind, or undefined when it is not for a listener. */
  onDatagram(plaintext: Uint8Array): Datagram['type'] | undefined {
    try {
      const datagram = decodeDatagram(plaintext)
      if (datagram.type === 'frame')
        this.#take(decodeFrameBody(datagram.body.slice(), datagram.hops), 'swarm')
      if (datagram.type === 'source-heartbeat') this.#beat(datagram.body)
      if (datagram.type === 'hop-heartbeat') this.repair.onHead(datagram.headSeq, this.#options.nowUs())
      return datagram.type
    } catch (error) {
      return this.#refuse(error)
    }
  }

  onRtp(packet: Uint8Array): void {
    try {
      this.#take(decodeRtpFrame(packet), 'webrtc')
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** Frames to ask for again now. Where frames are lost again and again, playout waits for what is asked for. */
  repairsDue(): number[] {
    if (this.repair.missing === 0) return NO_REPAIRS
    const now = this.#options.nowUs()
    const due = this.repair.due(now)
    if (due.length > 0) this.#awaitRepair(now)
    return due
  }

  /** A few times a second: what was played needs no repair, and what comes too late for now still teaches the delay. */
  tuneRepair(): void {
    const { lastSeq, targetMs } = this.#playout
    if (this.clock.known) this.repair.rttUs = this.clock.rttUs
    this.repair.frameUs = this.#playout.frameUs
    this.repair.giveUpUs = (targetMs + REPAIR_MARGIN_MS) * 1000
    if (lastSeq !== undefined) this.repair.forgetBefore(lastSeq + 1)
    this.#awaitRepair(this.#options.nowUs())
  }

  /** Fills one block for the sink. Hot. */
  pull(into: Float32Array): void {
    this.#playout.pull(into, this.#options.nowUs())
  }

  /** No more will be played: what is still missing counts as it ended. */
  finish(): void {
    this.#playout.finish()
  }

  stats(): PlayoutStats {
    return this.#playout.stats()
  }

  #awaitRepair(now: number): void {
    this.#playout.awaitRepair(this.repair.delayUs(now, this.#playout.maxTargetUs), now)
  }

  #take(frame: Frame, path: Path): void {
    const now = this.#options.nowUs()
    const known = this.#bus.ring.get(frame.seq)
    if (known !== undefined) return this.#takeCopy(frame, known, path, now)
    if (this.#verifier?.verify(frame) !== true) {
      this.refused++
      return
    }
    this.repair.onFrame(frame.seq, now)
    this.#playout.push(frame, path, now)
    this.#bus.publish(frame)
    this.#options.onFrame(frame, path, now)
  }

  /** The same signature needs no second check; what differs is not played, so it need not be compared. */
  #takeCopy(frame: Frame, known: Frame, path: Path, now: number): void {
    if (!this.#options.sodium.sodium_memcmp(frame.signature, known.signature)) {
      this.refused++
      return
    }
    this.#playout.push(known, path, now)
    this.#options.onFrame(known, path, now)
  }

  #beat(body: Uint8Array): void {
    const { nowUs, onHeartbeat, sodium } = this.#options
    if (this.#session === undefined || this.#context === undefined) return
    const heartbeat = decodeVerifiedHeartbeat(sodium, this.#session.sessionKey, this.#context, body)
    this.repair.onHead(heartbeat.headSeq, nowUs())
    this.#playout.heartbeat(heartbeat, nowUs())
    onHeartbeat(heartbeat)
  }

  #refuse(error: unknown): undefined {
    if (!(error instanceof ProtocolError)) throw error
    this.refused++
    return undefined
  }
}

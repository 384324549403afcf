import { ClockOffset, FrameRing, RepairRequester } from '@pearcast/media'
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
import type { RelayPeer } from '@pearcast/relay'

/** The tree, as far as what comes from parents is concerned. */
export type Feed = Pick<RelayPeer<Frame>, 'beat' | 'beginRun' | 'forged' | 'frame' | 'useless'>

export interface IntakeOptions {
  sodium: Sodium
  nowUs: () => number
  /** A verified frame, or another copy of one. `isNew`: the first copy. Hot. */
  onFrame: (frame: Frame, path: Path, from: string, isNew: boolean, nowUs: number) => void
  /** Verified and passed on to the children. Hot. */
  onForwarded: (frame: Frame) => void
  /** Verified; `body` as it came, for those below. */
  onHeartbeat: (heartbeat: SourceHeartbeat, body: Uint8Array, from: string, nowUs: number) => void
}

/**
 * What parents send, parsed and verified: nothing unverified is passed on, played or asked for again. One intake serves
 * all parents and paths, so that changing them is not heard. Whether a frame may be passed on is the tree's word.
 */
export class Intake {
  readonly ring: FrameRing = new FrameRing()
  /** The station's clock, or what a parent in between knows of it. */
  readonly clock: ClockOffset = new ClockOffset()
  readonly repair: RepairRequester = new RepairRequester()
  /** Frames and heartbeats that did not parse or whose signature is wrong. */
  refused = 0
  /** What came as datagrams, headers apart. */
  bytesReceived = 0
  readonly #options: IntakeOptions
  #tree: Feed | undefined
  #session: VerifiedSession | undefined
  #context: Uint8Array | undefined
  #verifier: FrameVerifier | undefined
  #runs = 0

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Before the first frame. */
  plant(tree: Feed): void {
    this.#tree = tree
  }

  get session(): VerifiedSession | undefined {
    return this.#session
  }

  /** Whose frames count from now on. True when this is another run of the station, with sequence numbers of its own. */
  begin(session: VerifiedSession): boolean {
    const before = this.#session
    this.#session = session
    if (before?.generation === session.generation && before.term === session.term) return false
    this.#context = streamContext(this.#options.sodium, session, 0)
    this.#verifier = new FrameVerifier(this.#options.sodium, session.sessionKey, this.#context)
    if (before === undefined) return false
    this.#tree?.beginRun(++this.#runs, this.#options.nowUs() / 1000)
    this.repair.clear()
    return true
  }

  /** The parent has sent nothing after `headSeq`; 0: nothing of this run at all. */
  startAfter(headSeq: number): void {
    if (headSeq === 0) this.repair.startAfter(0)
  }

  /** For the tree: the station's signature. */
  readonly verify = (frame: Frame): boolean => this.#verifier?.verify(frame) === true

  /** For the tree: the same bytes need no second check. */
  readonly isCopy = (known: Frame, frame: Frame): boolean =>
    known.body.length === frame.body.length && this.#options.sodium.sodium_memcmp(frame.body, known.body)

  /** One opened datagram of a parent. Returns its kind, or undefined when it is not for a listener. */
  onDatagram(plaintext: Uint8Array, from: string, path: Path): Datagram['type'] | undefined {
    this.bytesReceived += plaintext.byteLength
    try {
      const datagram = decodeDatagram(plaintext)
      if (datagram.type === 'frame')
        this.#take(decodeFrameBody(datagram.body.slice(), datagram.hops), path, from)
      if (datagram.type === 'source-heartbeat') this.#beat(datagram.body, from)
      if (datagram.type === 'hop-heartbeat') this.#head(datagram.headSeq, from)
      return datagram.type
    } catch (error) {
      return this.#refuse(error, from)
    }
  }

  onRtp(packet: Uint8Array, from: string): void {
    try {
      this.#take(decodeRtpFrame(packet), 'webrtc', from)
    } catch (error) {
      this.#refuse(error, from)
    }
  }

  #take(frame: Frame, path: Path, from: string): void {
    // Frames may overtake the certificate that they are verified with; that is nobody's guilt.
    if (this.#verifier === undefined || this.#tree === undefined) return
    const { nowUs, onForwarded, onFrame } = this.#options
    const now = nowUs()
    const known = this.ring.get(frame.seq)
    const outcome = this.#tree.frame(from, frame, now / 1000)
    switch (outcome) {
      case 'forged':
      case 'too-far':
      case 'old':
        this.refused++
        return
      case 'forwarded':
      case 'kept':
      case 'duplicate':
        if (known === undefined) this.repair.onFrame(frame.seq, now)
        onFrame(known ?? frame, path, from, known === undefined, now)
        if (outcome === 'forwarded') onForwarded(known ?? frame)
    }
  }

  #beat(body: Uint8Array, from: string): void {
    const { nowUs, onHeartbeat, sodium } = this.#options
    if (this.#session === undefined || this.#context === undefined) return
    const heartbeat = decodeVerifiedHeartbeat(sodium, this.#session.sessionKey, this.#context, body)
    this.#head(heartbeat.headSeq, from)
    // Frames came since: that the source was silent before them is old news, and may be repeated to deceive.
    if (heartbeat.headSeq < this.ring.head) return
    onHeartbeat(heartbeat, body, from, nowUs())
  }

  #head(headSeq: number, from: string): void {
    const now = this.#options.nowUs()
    this.#tree?.beat(from, headSeq, now / 1000)
    this.repair.onHead(headSeq, now)
  }

  #refuse(error: unknown, from: string): undefined {
    if (!(error instanceof ProtocolError)) throw error
    this.refused++
    const now = this.#options.nowUs() / 1000
    this.#tree?.useless(from, now)
    if (error.code === 'HEARTBEAT_SIGNATURE') this.#tree?.forged(from, now)
    return undefined
  }
}

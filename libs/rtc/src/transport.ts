import { isIP } from 'node:net'
import { type Candidate, isLoopback, isUsable, parseCandidate } from './candidate.ts'
import {
  type ChannelName,
  type Connection,
  type OpenConnection,
  OPUS_PAYLOAD_TYPE,
  OUR_MID,
} from './connection.ts'
import { RtcError } from './errors.ts'
import { Latch, settledWithin } from './latch.ts'
import { Liveness } from './liveness.ts'
import {
  type PeerTransport,
  type PeerTransportEvents,
  type PeerTransportOptions,
  type PeerTransportState,
  RTC_LIMITS,
} from './peer-transport.ts'
import { decodeRtcp, encodeEmptyReport, encodeGoodbye, encodeNack, isRtcp, isRtp } from './rtcp.ts'
import { type AudioDescription, parseSdpSafely } from './sdp.ts'
import { probeSocket } from './socket-probe.ts'

const LOST_AFTER_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000

/** Ends every transport of the process. */
export function closeTransports(): void {
  running.forEach((transport) => transport.close())
}

const running = new Set<NegotiatedTransport>()

/**
 * A `PeerTransport` over the connection of any stack: the order of a negotiation, what a stranger may say, when addresses
 * are named, liveness and the end are the same for all of them.
 */
export class NegotiatedTransport implements PeerTransport {
  readonly #options: PeerTransportOptions
  readonly #connection: Connection
  #events: PeerTransportEvents | undefined
  #state: PeerTransportState = 'new'
  #step: 'idle' | 'offering' | 'offered' | 'answering' | 'negotiated' = 'idle'
  #remote: AudioDescription | undefined
  /** Candidates of the peer that came before its SDP. */
  #early: Candidate[] = []
  #candidatesHeard = 0
  /** Our candidates, until their time has come. */
  #unsent: (() => void)[] | undefined = []
  readonly #candidateHeard = new Latch<void>()
  readonly #localSdp = new Latch<string>()
  readonly #iceConnected = new Latch<void>()
  #connectTimer: NodeJS.Timeout | undefined
  #liveness: Liveness | undefined

  /** @throws RtcError BIND_ADDRESS, and what opening the connection throws */
  constructor(open: OpenConnection, options: PeerTransportOptions) {
    const { bindAddress } = options
    if (bindAddress !== undefined && isIP(bindAddress) === 0) throw RtcError.bindAddress(bindAddress)
    this.#options = options
    this.#events = options.events
    this.#connection = open(bindAddress, {
      onLocalSdp: (sdp) => this.#localSdp.open(sdp),
      onCandidate: (candidate, mid) => this.#emitOrKeep(() => this.#events?.onCandidate(candidate, mid)),
      onEndOfCandidates: () => this.#emitOrKeep(() => this.#events?.onEndOfCandidates?.()),
      onIceConnected: () => this.#iceConnected.open(),
      onOpen: () => this.#onOpen(),
      onPacket: (packet) => this.#onPacket(packet),
      onChannelsOpen: () => this.#events?.onChannelsOpen?.(),
      onData: (channel, bytes) => this.#onData(channel, bytes),
      onEnd: (lost) => this.#end(lost ? 'failed' : 'closed'),
    })
    running.add(this)
  }

  get state(): PeerTransportState {
    return this.#state
  }

  async createOffer(): Promise<string> {
    this.#assert('createOffer', 'sender', 'idle')
    this.#step = 'offering'
    await probeSocket(this.#options.bindAddress)
    this.#assertOpen('createOffer')
    const { channels = false, events, ssrc } = this.#options
    const nack = events.onRepairRequest !== undefined
    this.#orFail(() => this.#connection.offer({ ssrc, nack, channels }))
    const sdp = await this.#localSdp.promise
    this.#assertOpen('createOffer')
    this.#step = 'offered'
    return sdp
  }

  async acceptOffer(sdp: string): Promise<string> {
    this.#assert('acceptOffer', 'receiver', 'idle')
    const remote = parseSdpSafely(sdp)
    if (remote.direction === 'recvonly') throw RtcError.sdp('SDP_DIRECTION', 'the offer sends no audio')
    if (remote.channels && !this.#options.channels) {
      throw RtcError.sdp('SDP_MEDIA', 'the offer has data channels, which were not agreed on')
    }
    await probeSocket(this.#options.bindAddress)
    this.#assert('acceptOffer', 'receiver', 'idle') // somebody else may have been quicker
    this.#step = 'answering'
    this.#adopt(remote, () => this.#connection.answer({ ...remote, candidates: [] }))
    const answer = await this.#localSdp.promise
    if (this.#candidatesHeard > 0) await this.#iceOrHold()
    this.#assertOpen('acceptOffer')
    this.#step = 'negotiated'
    void this.#sendCandidatesWhenReady()
    return answer
  }

  async acceptAnswer(sdp: string): Promise<void> {
    this.#assert('acceptAnswer', 'sender', 'offered')
    const remote = parseSdpSafely(sdp)
    if (remote.direction === 'sendonly') throw RtcError.sdp('SDP_DIRECTION', 'the answer takes no audio')
    if (remote.setup === 'actpass') throw RtcError.sdp('SDP_SETUP', 'the answer chose no DTLS role')
    if ((remote.channels !== undefined) !== (this.#options.channels ?? false)) {
      throw RtcError.sdp('SDP_MEDIA', 'the answer has other media lines than the offer')
    }
    if (remote.mid !== OUR_MID) throw RtcError.sdp('SDP_MEDIA', 'the answer is for another media id')
    if (remote.payloadType !== OPUS_PAYLOAD_TYPE) {
      throw RtcError.sdp('SDP_CODEC', `the answer does not take payload type ${OPUS_PAYLOAD_TYPE}`)
    }
    this.#step = 'negotiated'
    this.#adopt(remote, () => this.#connection.applyAnswer({ ...remote, candidates: [] }))
    setImmediate(() => this.#sendCandidates())
  }

  addCandidate(text: string, mid: string): void {
    if (this.#isOver() || text === '') return
    if (mid.length > RTC_LIMITS.maxMidBytes) {
      throw RtcError.candidate('CANDIDATE_SYNTAX', 'its media id is too long')
    }
    const candidate = parseCandidate(text)
    if (this.#candidatesHeard >= RTC_LIMITS.maxCandidates) {
      throw RtcError.candidate('CANDIDATE_LIMIT', `more than ${RTC_LIMITS.maxCandidates} in one negotiation`)
    }
    this.#candidatesHeard++
    this.#candidateHeard.open()
    if (this.#remote) this.#tryCandidate(candidate)
    else this.#early.push(candidate)
  }

  sendRtp(packet: Uint8Array): boolean {
    if (this.#state !== 'connected' || this.#options.role !== 'sender') return false
    if (packet.length > RTC_LIMITS.maxRtpBytes || !isRtp(packet)) return false
    return this.#connection.send(packet)
  }

  requestRepair(sequenceNumbers: readonly number[]): boolean {
    if (this.#state !== 'connected' || !this.#remote?.nack || sequenceNumbers.length === 0) return false
    const asked = sequenceNumbers.slice(0, RTC_LIMITS.maxNackSequenceNumbers)
    return this.#connection.send(encodeNack(this.#options.ssrc, this.#remote.ssrc ?? 0, asked))
  }

  sendMessage(message: Uint8Array): boolean {
    if (message.length === 0 || message.length > RTC_LIMITS.maxMessageBytes) return false
    return this.#state === 'connected' && this.#connection.sendData('control', message)
  }

  sendDatagram(datagram: Uint8Array): boolean {
    if (datagram.length === 0 || datagram.length > RTC_LIMITS.maxRtpBytes) return false
    return this.#state === 'connected' && this.#connection.sendData('datagrams', datagram)
  }

  close(): void {
    // The native stack has a DTLS alert for this, and destroys itself before it is sent.
    if (this.#state === 'connected') this.#connection.send(encodeGoodbye(this.#options.ssrc))
    this.#events = undefined
    this.#state = 'closed'
    this.#release()
  }

  #assert(call: string, role: string, step: string): void {
    this.#assertOpen(call)
    if (this.#options.role !== role) throw RtcError.wrongRole(call, this.#options.role)
    if (this.#step !== step) throw RtcError.wrongState(call, `the negotiation is at "${this.#step}"`)
  }

  #assertOpen(call: string): void {
    if (this.#isOver()) throw RtcError.closed(call)
  }

  #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'failed'
  }

  /** Applies the peer's description, and starts the clock. */
  #adopt(remote: AudioDescription, apply: () => void): void {
    const timeoutMs = this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
    this.#connectTimer = setTimeout(() => this.#end('failed'), timeoutMs)
    this.#change('connecting')
    this.#orFail(apply)
    this.#remote = remote
    this.#candidatesHeard += remote.candidates.length
    if (remote.candidates.length > 0) this.#candidateHeard.open()
    for (const candidate of [...remote.candidates, ...this.#early]) this.#tryCandidate(candidate)
    this.#early = []
  }

  #tryCandidate(candidate: Candidate): void {
    const { bindAddress } = this.#options
    const boundToLoopback = bindAddress !== undefined && isLoopback(bindAddress)
    if (this.#isOver() || !isUsable(candidate, boundToLoopback)) return
    try {
      this.#connection.addCandidate(candidate)
    } catch {
      this.#end('failed')
    }
  }

  /** After a native failure the connection is of no use; the caller hears it twice, as error and as state. */
  #orFail(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#end('failed')
      throw error
    }
  }

  #iceOrHold(): Promise<void> {
    return settledWithin(this.#iceConnected.promise, RTC_LIMITS.answerHoldMs)
  }

  async #sendCandidatesWhenReady(): Promise<void> {
    await settledWithin(this.#candidateHeard.promise, RTC_LIMITS.candidateHoldMs)
    await this.#iceOrHold()
    this.#sendCandidates()
  }

  #sendCandidates(): void {
    const unsent = this.#unsent ?? []
    this.#unsent = undefined
    for (const emit of unsent) emit()
  }

  #emitOrKeep(emit: () => void): void {
    if (this.#unsent) this.#unsent.push(emit)
    else emit()
  }

  #onOpen(): void {
    if (this.#state === 'connected') return
    clearTimeout(this.#connectTimer)
    const report = encodeEmptyReport(this.#options.ssrc)
    this.#liveness = new Liveness(
      this.#options.lostAfterMs ?? LOST_AFTER_MS,
      () => this.#connection.send(report),
      () => this.#end('failed'),
    )
    this.#change('connected')
  }

  #onPacket(packet: Uint8Array): void {
    if (this.#state !== 'connected') this.#onOpen() // a first packet may be reported before the opening
    this.#liveness?.heard()
    if (isRtp(packet)) this.#events?.onRtp(packet)
    else if (isRtcp(packet)) this.#onRtcp(packet)
  }

  #onData(channel: ChannelName, bytes: Uint8Array): void {
    this.#liveness?.heard()
    if (bytes.length === 0 || bytes.length > RTC_LIMITS.maxMessageBytes) return
    if (channel === 'control') this.#events?.onMessage?.(bytes)
    else this.#events?.onDatagram?.(bytes)
  }

  #onRtcp(packet: Uint8Array): void {
    const { missing, goodbye } = decodeRtcp(packet, RTC_LIMITS.maxNackSequenceNumbers)
    if (missing.length > 0) this.#events?.onRepairRequest?.(missing)
    if (goodbye) this.#end('closed')
  }

  #change(state: PeerTransportState): void {
    this.#state = state
    queueMicrotask(() => this.#events?.onState(state))
  }

  #end(state: 'failed' | 'closed'): void {
    if (this.#isOver()) return
    this.#change(state)
    this.#release()
  }

  #release(): void {
    if (!running.delete(this)) return
    clearTimeout(this.#connectTimer)
    this.#liveness?.stop()
    this.#connection.close()
    this.#unsent = []
    this.#early = []
    // Wakes whoever waits; they find the transport closed.
    this.#localSdp.open('')
    this.#iceConnected.open()
    this.#candidateHeard.open()
  }
}

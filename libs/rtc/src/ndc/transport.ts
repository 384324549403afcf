import { isIP } from 'node:net'
import type { PeerConnection, RtcConfig } from 'node-datachannel'
import { type Candidate, formatCandidate, isLoopback, isUsable, parseCandidate } from '../candidate.ts'
import { RtcError } from '../errors.ts'
import {
  type PeerTransport,
  type PeerTransportEvents,
  type PeerTransportOptions,
  type PeerTransportState,
  RTC_LIMITS,
} from '../peer-transport.ts'
import { decodeNacks, encodeEmptyReport, encodeNack, isRtcp, isRtp } from '../rtcp.ts'
import { type AudioDescription, formatSdp, parseSdpSafely } from '../sdp.ts'
import { Latch, settledWithin } from './latch.ts'
import { Liveness } from './liveness.ts'
import { native } from './native.ts'
import { probeSocket } from './socket-probe.ts'
import { createTrack, type NativeTrack } from './track.ts'

const LOST_AFTER_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const OUR_MID = '0'
const OUR_PAYLOAD_TYPE = 111

/**
 * A `PeerTransport` on node-datachannel (libdatachannel, libjuice, libsrtp).
 * @throws RtcError NATIVE_MISSING, BIND_ADDRESS, NATIVE_FAILED
 */
export function createNdcTransport(options: PeerTransportOptions): PeerTransport {
  if (options.bindAddress !== undefined && isIP(options.bindAddress) === 0) {
    throw RtcError.bindAddress(options.bindAddress)
  }
  return new NdcTransport(options)
}

/**
 * Ends every transport of the process and stops the native threads; may block for a moment. Call it last.
 * Without it the process can stay alive after its work is done.
 */
export function closeRtc(): void {
  for (const transport of [...open]) transport.close()
  native.loaded?.cleanup()
}

const open = new Set<NdcTransport>()

class NdcTransport implements PeerTransport {
  readonly #options: PeerTransportOptions
  readonly #boundToLoopback: boolean
  readonly #connection: PeerConnection
  #events: PeerTransportEvents | undefined
  #state: PeerTransportState = 'new'
  #step: 'idle' | 'offering' | 'offered' | 'answering' | 'negotiated' = 'idle'
  #track: NativeTrack | undefined
  #remote: AudioDescription | undefined
  /** Of the peer, before its SDP is applied. */
  #early: Candidate[] = []
  #remoteCandidates = 0
  /** Our own, before our SDP was handed out; undefined afterwards. */
  #ownEarly: (() => void)[] | undefined = []
  #localSdp = new Latch<string>()
  #iceConnected = new Latch<void>()
  #iceLost = false
  #connectTimer: NodeJS.Timeout | undefined
  #liveness: Liveness | undefined

  constructor(options: PeerTransportOptions) {
    const { PeerConnection } = native.get()
    this.#options = options
    this.#events = options.events
    this.#boundToLoopback = options.bindAddress !== undefined && isLoopback(options.bindAddress)
    const config: RtcConfig = { iceServers: [], enableIceTcp: false }
    if (options.bindAddress !== undefined) config.bindAddress = options.bindAddress
    try {
      this.#connection = new PeerConnection('peer', config)
    } catch (error) {
      throw RtcError.nativeFailed('create a connection', error)
    }
    open.add(this)
    this.#listen()
  }

  get state(): PeerTransportState {
    return this.#state
  }

  async createOffer(): Promise<string> {
    this.#begin('createOffer', 'sender', 'idle', 'offering')
    await probeSocket(this.#options.bindAddress)
    this.#assertOpen('createOffer')
    this.#native('make an offer', () => {
      this.#addTrack(OUR_MID, 'SendOnly', OUR_PAYLOAD_TYPE)
      // The one call of setLocalDescription in the life of this connection: a second one ends the process.
      this.#connection.setLocalDescription('offer')
    })
    const sdp = await this.#localSdp.promise
    this.#assertOpen('createOffer')
    this.#step = 'offered'
    this.#releaseOwnCandidates()
    return this.#options.events.onRepairRequest ? announceNack(sdp) : sdp
  }

  async acceptOffer(sdp: string): Promise<string> {
    this.#begin('acceptOffer', 'receiver', 'idle', 'idle')
    const remote = parseSdpSafely(sdp)
    if (remote.direction === 'recvonly') throw RtcError.sdp('SDP_DIRECTION', 'the offer sends no audio')
    this.#step = 'answering'
    this.#startConnecting()
    // Passive whenever the peer leaves it to us: the client hello then comes from the side that learns last.
    const setup = remote.setup === 'passive' ? 'passive' : 'active'
    this.#native('apply the offer', () => {
      this.#addTrack(remote.mid, 'RecvOnly', remote.payloadType)
      this.#connection.setRemoteDescription(formatSdp({ ...remote, setup, candidates: [] }), 'offer')
    })
    this.#adoptRemote(remote)
    const answer = await this.#localSdp.promise
    await settledWithin(this.#iceConnected.promise, RTC_LIMITS.answerHoldMs)
    this.#assertOpen('acceptOffer')
    this.#step = 'negotiated'
    this.#releaseOwnCandidates()
    return answer
  }

  async acceptAnswer(sdp: string): Promise<void> {
    this.#begin('acceptAnswer', 'sender', 'offered', 'offered')
    const remote = parseSdpSafely(sdp)
    if (remote.direction === 'sendonly') throw RtcError.sdp('SDP_DIRECTION', 'the answer takes no audio')
    if (remote.setup === 'actpass') throw RtcError.sdp('SDP_SETUP', 'the answer chose no DTLS role')
    if (remote.mid !== OUR_MID) throw RtcError.sdp('SDP_MEDIA', 'the answer is for another media id')
    if (remote.payloadType !== OUR_PAYLOAD_TYPE) {
      throw RtcError.sdp('SDP_CODEC', `the answer does not take payload type ${OUR_PAYLOAD_TYPE}`)
    }
    this.#step = 'negotiated'
    this.#startConnecting()
    this.#native('apply the answer', () => {
      this.#connection.setRemoteDescription(formatSdp({ ...remote, candidates: [] }), 'answer')
    })
    this.#adoptRemote(remote)
  }

  addCandidate(text: string, mid: string): void {
    if (this.#isOver() || text === '') return
    if (mid.length > RTC_LIMITS.maxMidBytes) {
      throw RtcError.candidate('CANDIDATE_SYNTAX', 'its media id is too long')
    }
    const candidate = parseCandidate(text)
    if (this.#remoteCandidates >= RTC_LIMITS.maxCandidates) {
      throw RtcError.candidate('CANDIDATE_LIMIT', `more than ${RTC_LIMITS.maxCandidates} in one negotiation`)
    }
    this.#remoteCandidates++
    if (this.#remote) this.#applyCandidate(candidate)
    else this.#early.push(candidate)
  }

  sendRtp(packet: Uint8Array): boolean {
    if (this.#state !== 'connected' || packet.length > RTC_LIMITS.maxRtpBytes || !isRtp(packet)) return false
    return this.#send(packet)
  }

  requestRepair(sequenceNumbers: readonly number[]): boolean {
    if (this.#state !== 'connected' || sequenceNumbers.length === 0) return false
    const asked = sequenceNumbers.slice(0, RTC_LIMITS.maxNackSequenceNumbers)
    return this.#send(encodeNack(this.#options.ssrc, this.#remote?.ssrc ?? 0, asked))
  }

  close(): void {
    this.#events = undefined
    this.#state = 'closed'
    this.#release()
  }

  // Negotiation

  #begin(call: string, role: string, from: string, to: 'idle' | 'offering' | 'offered'): void {
    this.#assertOpen(call)
    if (this.#options.role !== role) throw RtcError.wrongRole(call, this.#options.role)
    if (this.#step !== from) throw RtcError.wrongState(call, `the negotiation is already at "${this.#step}"`)
    this.#step = to
  }

  #assertOpen(call: string): void {
    if (this.#isOver()) throw RtcError.closed(call)
  }

  #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'failed'
  }

  /** Native calls throw plain errors; whatever it was, this connection is of no use any more. */
  #native(step: string, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#finish('failed')
      throw RtcError.nativeFailed(step, error)
    }
  }

  #addTrack(mid: string, direction: 'SendOnly' | 'RecvOnly', payloadType: number): void {
    const { Audio } = native.get()
    const ssrc = direction === 'SendOnly' ? this.#options.ssrc : undefined
    this.#track = createTrack(this.#connection, new Audio(mid, direction), payloadType, ssrc, {
      onOpen: () => this.#onTrackOpen(),
      onPacket: (packet) => this.#onPacket(packet),
    })
  }

  #adoptRemote(remote: AudioDescription): void {
    this.#remote = remote
    this.#remoteCandidates += remote.candidates.length
    for (const candidate of [...remote.candidates, ...this.#early]) this.#applyCandidate(candidate)
    this.#early = []
  }

  #applyCandidate(candidate: Candidate): void {
    if (this.#isOver() || !this.#remote || !isUsable(candidate, this.#boundToLoopback)) return
    try {
      this.#connection.addRemoteCandidate(formatCandidate(candidate), this.#remote.mid)
    } catch {
      // About one cold process in a hundred has no ICE transport yet; only a fresh connection helps.
      this.#finish('failed')
    }
  }

  /** After the caller has had its turn with the SDP, so that candidates never overtake it. */
  #releaseOwnCandidates(): void {
    setImmediate(() => {
      const early = this.#ownEarly ?? []
      this.#ownEarly = undefined
      for (const emit of early) emit()
    })
  }

  #startConnecting(): void {
    const timeoutMs = this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
    this.#connectTimer = setTimeout(() => this.#finish('failed'), timeoutMs)
    this.#change('connecting')
  }

  // Events of the native threads, delivered on the event loop, possibly late

  #listen(): void {
    const connection = this.#connection
    connection.onLocalDescription((sdp) => this.#localSdp.open(sdp))
    connection.onLocalCandidate((text, mid) =>
      this.#afterLocalSdp(() => this.#events?.onCandidate(text.replace(/^a=/, ''), mid)),
    )
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') this.#afterLocalSdp(() => this.#events?.onEndOfCandidates?.())
    })
    connection.onIceStateChange((state) => {
      if (state === 'connected' || state === 'completed') this.#iceConnected.open()
      if (state === 'disconnected' || state === 'failed') this.#iceLost = true
    })
    connection.onStateChange((state) => this.#onNativeState(state))
  }

  #afterLocalSdp(emit: () => void): void {
    if (this.#ownEarly) this.#ownEarly.push(emit)
    else emit()
  }

  #onNativeState(state: string): void {
    if (state === 'failed') this.#finish('failed')
    // Also final in libdatachannel: without ICE the peer was lost, otherwise it ended DTLS properly.
    if (state === 'disconnected' || state === 'closed') this.#finish(this.#iceLost ? 'failed' : 'closed')
  }

  #onTrackOpen(): void {
    if (this.#isOver() || this.#state === 'connected') return
    clearTimeout(this.#connectTimer)
    const report = encodeEmptyReport(this.#options.ssrc)
    this.#liveness = new Liveness(
      this.#options.lostAfterMs ?? LOST_AFTER_MS,
      () => this.#send(report),
      () => this.#finish('failed'),
    )
    this.#change('connected')
  }

  #onPacket(packet: Uint8Array): void {
    if (this.#isOver()) return
    if (this.#state !== 'connected') this.#onTrackOpen() // the two callbacks have no order between them
    this.#liveness?.heard()
    if (isRtp(packet)) this.#events?.onRtp(packet)
    else if (isRtcp(packet)) this.#onRtcp(packet)
  }

  #onRtcp(packet: Uint8Array): void {
    if (!this.#events?.onRepairRequest) return
    const missing = decodeNacks(packet, RTC_LIMITS.maxNackSequenceNumbers)
    if (missing.length > 0) this.#events.onRepairRequest(missing)
  }

  #send(packet: Uint8Array): boolean {
    try {
      return this.#track?.send(packet) ?? false
    } catch {
      return false // closed by the peer, and its event is still on the way
    }
  }

  // The end

  #change(state: PeerTransportState): void {
    if (this.#state === state) return
    this.#state = state
    const events = this.#events
    queueMicrotask(() => {
      if (this.#events === events) events?.onState(state)
    })
  }

  #finish(state: 'failed' | 'closed'): void {
    if (this.#isOver()) return
    this.#change(state)
    this.#release()
  }

  #release(): void {
    if (!open.delete(this)) return
    clearTimeout(this.#connectTimer)
    this.#liveness?.stop()
    this.#ownEarly = []
    this.#early = []
    // Wakes whoever waits; they find the transport closed.
    this.#localSdp.open('')
    this.#iceConnected.open()
    // Not from within a callback of the native module, which this would take apart.
    setImmediate(() => {
      this.#track?.close()
      this.#connection.close()
    })
  }
}

/** libdatachannel has no call for it on audio; it must stand behind the codec it belongs to. */
function announceNack(sdp: string): string {
  return sdp.replace(/^(a=rtpmap:111 .*\r\n)/m, `$1a=rtcp-fb:${OUR_PAYLOAD_TYPE} nack\r\n`)
}

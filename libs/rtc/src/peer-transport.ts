/**
 * The port: audio in RTP packets between two peers over one RTCPeerConnection.
 *
 * The sender of audio makes the offer (`sendonly`), the receiver answers (`recvonly`); there is one audio
 * track, and where both ask for them two data channels beside it: `control`, reliable and in order, and
 * `datagrams`, neither. A transport negotiates once. When it fails, or addresses change, close it and
 * negotiate on a new one: an ICE restart is no part of this port.
 *
 * ```
 *  sender                                        receiver
 *  createOffer() ------------- SDP ------------> acceptOffer(sdp)
 *  acceptAnswer(sdp) <-------- SDP ------------- (its result)
 *  onCandidate --------------- each -----------> addCandidate
 *  addCandidate <------------- each ------------ onCandidate, once ICE has connected here
 *  onState('connected')                          onState('connected')
 *  sendRtp(packet) ========= SRTP/UDP =========> onRtp(packet)
 * ```
 *
 * The order of the candidates is on purpose. A sender that is checked before it has applied the answer can be
 * through with DTLS before it knows the peer's fingerprint, and fails; a receiver whose ICE has not connected
 * loses the client hello, which is repeated only after 1 s. So the sender names its addresses when it has the
 * answer, and the receiver when ICE has connected (or cannot without them).
 *
 * No ICE server is ever asked: candidates are the machine's own addresses and whatever the peers see of
 * each other. SDP never holds a candidate, so that the caller alone decides which addresses leave.
 */
export interface PeerTransport {
  /** Sender only, once. Resolves to the SDP to hand to the receiver. @throws RtcError */
  createOffer(): Promise<string>

  /**
   * Receiver only, once. Resolves to the SDP to hand to the sender. When candidates of the sender are known
   * already, it first waits for ICE, at most `RTC_LIMITS.answerHoldMs`.
   * @throws RtcError when the SDP is refused; the text of a stranger may be passed as it is.
   */
  acceptOffer(sdp: string): Promise<string>

  /** Sender only, once, after `createOffer`. @throws RtcError as `acceptOffer` */
  acceptAnswer(sdp: string): Promise<void>

  /**
   * A candidate of the peer (`candidate:...`, RFC 8839), at any time: those that come before the peer's
   * SDP are kept for it. Host names, TCP and addresses that cannot be the peer's are skipped in silence;
   * after the end it does nothing. An empty text (end of candidates) is allowed.
   * @throws RtcError CANDIDATE_SYNTAX, CANDIDATE_TOO_LONG, CANDIDATE_LIMIT
   */
  addCandidate(candidate: string, mid: string): void

  /**
   * Sends one complete RTP packet as it is. False when it was not handed to the network: not connected, too
   * large (`RTC_LIMITS.maxRtpBytes`), not RTP, or the socket is busy. Never throws. The bytes are free for
   * reuse when it returns.
   */
  sendRtp(packet: Uint8Array): boolean

  /**
   * Asks the sender for packets again (RTCP generic NACK, RFC 4585) by their 16-bit sequence numbers, at most
   * `RTC_LIMITS.maxNackSequenceNumbers` at a time. False when it could not be sent or the sender does not repair.
   */
  requestRepair(sequenceNumbers: readonly number[]): boolean

  /**
   * Sends one message reliably and in order; the peer gets it whole. False when it was not taken: the channels are not
   * open (see `onChannelsOpen`), it is empty or larger than `RTC_LIMITS.maxMessageBytes`, or more than
   * `RTC_LIMITS.maxQueuedBytes` wait for the network already. Never throws.
   */
  sendMessage(message: Uint8Array): boolean

  /** Sends up to `RTC_LIMITS.maxRtpBytes` once, out of order and without repetition. Otherwise as `sendMessage`. */
  sendDatagram(datagram: Uint8Array): boolean

  /** Ends it and frees its socket. Afterwards no event fires; calling it again does nothing. */
  close(): void

  readonly state: PeerTransportState
}

/**
 * `failed`: it could not connect, or the peer was lost; a fresh transport may do better. `closed`: the peer
 * ended it, or `close()` was called. Both are final.
 */
export type PeerTransportState = 'new' | 'connecting' | 'connected' | 'failed' | 'closed'

/** All of them are called on the event loop, never inside a call to the transport. */
export interface PeerTransportEvents {
  /** An own address, after the local SDP has been handed out: `candidate` as `candidate:...`. */
  onCandidate(candidate: string, mid: string): void
  /** There will be no further `onCandidate`. */
  onEndOfCandidates?(): void
  /** Each change once; nothing follows `failed` or `closed`. */
  onState(state: PeerTransportState): void
  /** One complete RTP packet with its header extensions, as the peer sent it. The bytes are the callee's. */
  onRtp(packet: Uint8Array): void
  /**
   * The receiver misses these packets (16-bit sequence numbers): answer with `sendRtp` of the same bytes as
   * before. Without this event the offer does not announce NACK, and requests are dropped.
   */
  onRepairRequest?(sequenceNumbers: readonly number[]): void
  /** Both data channels take and deliver; some round trips after `connected`, or never with a peer that has none. */
  onChannelsOpen?(): void
  /** One message or datagram of the peer, at most `RTC_LIMITS.maxMessageBytes`. The bytes are the callee's. */
  onMessage?(message: Uint8Array): void
  onDatagram?(datagram: Uint8Array): void
}

export type PeerRole = 'sender' | 'receiver'

export interface PeerTransportOptions {
  role: PeerRole
  /** RTP synchronisation source: a sender's packets carry it, and the offer names it; a receiver's names its RTCP. */
  ssrc: number
  /** Own address to use and to offer, instead of all of the machine's. A loopback address connects only to itself. */
  bindAddress?: string
  /** From the first SDP applied to `connected`; then the transport fails. Default 10 000. */
  connectTimeoutMs?: number
  /** Silence of a connected peer (no RTP, no RTCP) after which the transport fails. Default 10 000. */
  lostAfterMs?: number
  /**
   * Data channels beside the audio: the sender's offer has them, the receiver takes them. A receiver that does not want
   * them refuses such an offer, a sender that does refuses an answer without. Default false.
   */
  channels?: boolean
  events: PeerTransportEvents
}

/** Bounds on what a stranger may send and what fits the path. */
export const RTC_LIMITS: {
  readonly maxSdpBytes: number
  readonly maxSdpLines: number
  readonly maxCandidateBytes: number
  readonly maxCandidates: number
  readonly maxMidBytes: number
  readonly maxRtpBytes: number
  readonly maxNackSequenceNumbers: number
  readonly maxMessageBytes: number
  readonly maxQueuedBytes: number
  readonly answerHoldMs: number
  readonly candidateHoldMs: number
} = {
  maxSdpBytes: 16_384,
  maxSdpLines: 512,
  maxCandidateBytes: 512,
  /** Candidates of the peer in one negotiation, in the SDP or trickled. */
  maxCandidates: 32,
  maxMidBytes: 32,
  /** 1280 bytes IPv6 minimum MTU - 40 IPv6 - 8 UDP - 12 reserved for SRTP. */
  maxRtpBytes: 1220,
  maxNackSequenceNumbers: 64,
  /** One message of a data channel; the stack tears a channel down that brings more. */
  maxMessageBytes: 32_768,
  /** Of our messages, waiting for a slow peer. */
  maxQueuedBytes: 262_144,
  /** The receiver waits so long for ICE, once it knows a candidate, before it goes on without. */
  answerHoldMs: 250,
  /** And so long for a first candidate before it sends its own. */
  candidateHoldMs: 1000,
}

import type { SignalBody } from '@pearcast/protocol'
import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'

/** The sender of audio offers, the listener answers: two offers never meet. */
export type SignalingRole = 'offerer' | 'answerer'

export interface SignalingInput {
  readonly role: SignalingRole
  /** From the offer to a connected transport. Default 8000. */
  readonly negotiationMs?: number
  /** Rests before each retry; there are as many retries as rests. Default 1, 5 and 15 s. */
  readonly retryMs?: readonly number[]
  /** A connection that held so long gets all its retries back. Default 10 000. */
  readonly stableMs?: number
  /** Number of the offerer's first session. Default 1. */
  readonly firstSession?: number
}

export type SignalingTimer = 'negotiation' | 'retry' | 'stable'

/** A candidate in the words of SDP (RFC 8839) and the media section it belongs to. */
export interface TrickledCandidate {
  readonly candidate: string
  readonly mid: string
}

/**
 * `session` numbers the transports of one negotiation: an event of another session than the present one is ignored.
 * The REMOTE_ events come from {@link remoteSignalEvent}.
 */
export type SignalingEvent =
  /** The offerer begins. */
  | { type: 'START' }
  | { type: 'LOCAL_OFFER'; session: number; sdp: string }
  | { type: 'LOCAL_ANSWER'; session: number; sdp: string }
  /** Already filtered by the candidate policy. */
  | { type: 'LOCAL_CANDIDATE'; session: number; candidate: string; mid: string }
  | { type: 'TRANSPORT_CONNECTED'; session: number }
  /** The transport failed or closed by itself, or one of its calls was rejected. */
  | { type: 'TRANSPORT_FAILED'; session: number; reason: string }
  | { type: 'REMOTE_OFFER'; session: number; sdp: string }
  | { type: 'REMOTE_ANSWER'; session: number; sdp: string }
  | { type: 'REMOTE_CANDIDATE'; session: number; candidate: string; mid: string }
  | { type: 'REMOTE_FAILED'; session: number; reason: string }
  /** The other side wants no WebRTC any more. */
  | { type: 'REMOTE_CLOSED'; session: number }
  /** Begin anew after a final failure. */
  | { type: 'RETRY' }
  | { type: 'STOP' }
  | TimerEvent<SignalingTimer>

export type SignalingEffect =
  | { type: 'create-transport'; session: number }
  /** Answered by LOCAL_OFFER. */
  | { type: 'create-offer'; session: number }
  /** Answered by LOCAL_ANSWER. Candidates may follow before that. */
  | { type: 'accept-offer'; session: number; sdp: string }
  | { type: 'accept-answer'; session: number; sdp: string }
  | { type: 'add-candidate'; session: number; candidate: string; mid: string }
  | { type: 'send-signal'; session: number; signal: SignalBody }
  | { type: 'close-transport'; session: number }
  | { type: 'notify'; state: SignalingPhase; reason: string }
  | StartTimer<SignalingTimer>
  | StopTimer<SignalingTimer>

export type SignalingPhase = 'negotiating' | 'connected' | 'retrying' | 'failed' | 'closed'

/** Candidates held for a description; a stranger's flood ends here. */
export const MAX_QUEUED_CANDIDATES = 32

/** The reason that says "on purpose" in a `failed` signal. */
export const CLOSED_REASON = 'closed'

export interface SignalingContext extends Required<SignalingInput> {
  /** The present session, or the latest one; 0 before the first. */
  readonly session: number
  /** Retries used since the latest stable connection. */
  readonly retries: number
  /** Ours, found before our description was sent. */
  readonly localCandidates: readonly TrickledCandidate[]
  /** Theirs, come before their description, and the session they belong to. */
  readonly remoteCandidates: readonly TrickledCandidate[]
  readonly remoteSession: number
}

export type SignalingState =
  | 'idle'
  | { negotiating: 'offering' | 'awaiting-answer' | 'answering' | 'connecting' }
  | 'connected'
  /** Passed through within one event, never rested in. */
  | 'failing'
  | 'retrying'
  | 'failed'
  | 'closed'

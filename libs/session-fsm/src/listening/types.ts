import type { ByeReason, RefusalReason, Via } from '@pearcast/protocol'
import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'

export interface ListeningInput {
  /** Longest wait for an answer to a subscription. Default 3000. */
  readonly subscribeMs?: number
  /** Longest wait for audio once a link is subscribed, before the peer is dialled again. Default 2000. */
  readonly firstAudioMs?: number
  /** Media silence from which a link whose parent is silent too is suspect. Default 300. */
  readonly suspectMs?: number
}

export type ListeningTimer = 'subscribe' | 'first-audio' | 'retry'

export type RedialReason = 'media-silent' | 'no-answer' | 'no-audio' | 'older-session'
export type EndReason = 'stopped' | 'duration' | 'kicked' | 'protocol' | 'not-allowed'

export type ListeningEvent =
  | { type: 'START' }
  /** A proven link was adopted; it replaces an older one. */
  | { type: 'LINK_UP'; via: Via }
  | { type: 'LINK_DOWN'; reason?: string }
  | { type: 'ACCEPTED' }
  | { type: 'REFUSED'; reason: RefusalReason; retryAfterMs: number }
  /** The first verified frame after a subscription or of a new session. */
  | { type: 'FIRST_AUDIO' }
  /** No verified frame for `ms`. `parentAlive`: a heartbeat, the source's or the hop's, arrived meanwhile. Repeats are welcome. */
  | { type: 'MEDIA_SILENT'; ms: number; parentAlive: boolean }
  | { type: 'MEDIA_RESUMED' }
  /** The source signs that it is muted or stalled. Said again with the first heartbeat after each LINK_UP. */
  | { type: 'SOURCE_QUIET' }
  | { type: 'SOURCE_LIVE' }
  /** A whole search found nobody; it goes on. */
  | { type: 'OFF_AIR' }
  | { type: 'BYE'; reason: ByeReason }
  /** A verified session with a higher (generation, term) than the one heard before: sequence numbers begin anew. */
  | { type: 'NEW_SESSION' }
  /**
   * The peer showed a session with a lower (generation, term) than one already heard. An attempt that shows it before
   * it is proven should fail instead, so that the key cools down.
   */
  | { type: 'OLDER_SESSION' }
  | { type: 'DURATION_REACHED' }
  | { type: 'STOP' }
  | TimerEvent<ListeningTimer>

export type ListeningNotice =
  | { event: 'searching' }
  | { event: 'connected'; via: Via }
  | { event: 'buffering' }
  | { event: 'playing' }
  | { event: 'quiet' }
  | { event: 'suspect'; silentMs: number }
  | { event: 'refused'; reason: RefusalReason; retryMs: number }
  | { event: 'new-session' }
  | { event: 'older-session' }
  | { event: 'reconnecting' }
  | { event: 'off-air' }

export type ListeningEffect =
  /** Starts the search for the station; it holds until `end`. */
  | { type: 'connect' }
  /** Subscribes over the present link; answered by ACCEPTED or REFUSED. */
  | { type: 'subscribe' }
  /** Dials again while the present link stays open. */
  | { type: 'redial'; reason: RedialReason }
  /** The present link has delivered again: the dialling may end. */
  | { type: 'keep-link' }
  | { type: 'start-playout' }
  /** Forgets what is buffered: another session begins. */
  | { type: 'reset-playout' }
  /** What is buffered may still be played. */
  | { type: 'stop-playout' }
  | ({ type: 'notify' } & ListeningNotice)
  /** The last effect: leave the peers and close everything. */
  | { type: 'end'; reason: EndReason }
  | StartTimer<ListeningTimer>
  | StopTimer<ListeningTimer>

export interface ListeningContext extends Required<ListeningInput> {
  readonly playoutRuns: boolean
  /** It ran before, or runs now. */
  readonly hasPlayed: boolean
}

export type ListeningState =
  | 'idle'
  | 'searching'
  | {
      linked: 'connecting' | 'refused' | 'buffering' | 'playing' | 'quiet' | 'suspect' | 'resubscribing'
    }
  | 'reconnecting'
  | 'off-air'
  | 'ended'

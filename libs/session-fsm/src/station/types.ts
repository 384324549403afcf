import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'

export interface StationInput {
  /** What this encoder signs with. A higher (generation, term) on the air takes over. */
  readonly generation: number
  readonly term: number
  /** First rest after a failed announcement; doubles up to the longest. Defaults 1000 and 30 000. */
  readonly announceRetryMinMs?: number
  readonly announceRetryMaxMs?: number
  /** DHT records live for 48 h at most. Default: one hour. */
  readonly recordEveryMs?: number
  /** Rest after a record could not be put. Default 30 000. */
  readonly recordRetryMs?: number
  /** Longest time for the last frames and the byes to leave. Default 1000. */
  readonly drainMs?: number
}

export type StationTimer = 'announce' | 'record' | 'drain'

/** Why a station went off air. */
export type OffAirReason = 'stopped' | 'source-ended' | 'superseded'

export type StationEvent =
  | { type: 'START' }
  | { type: 'ANNOUNCED' }
  | { type: 'ANNOUNCE_FAILED'; reason: string }
  | { type: 'RECORD_FAILED'; reason: string }
  /** Frames flow. */
  | { type: 'SOURCE_LIVE' }
  | { type: 'SOURCE_MUTED' }
  | { type: 'SOURCE_STALLED' }
  | { type: 'SOURCE_ENDED' }
  /** The address under which the station was announced is no longer ours. */
  | { type: 'ADDRESS_CHANGED' }
  | { type: 'REANNOUNCED' }
  /** Somebody signs for this station; without a generation the same one is meant. */
  | { type: 'HIGHER_TERM_SEEN'; term: number; generation?: number }
  /** The byes are out. */
  | { type: 'DRAINED' }
  | { type: 'STOP' }
  | TimerEvent<StationTimer>

export type StationNotice =
  | { event: 'announcing' }
  | { event: 'announce-failed'; reason: string; attempt: number; retryMs: number }
  | { event: 'on-air' }
  | { event: 'source'; state: 'live' | 'muted' | 'stalled' }
  | { event: 'address-changed' }
  | { event: 'reachable' }
  /** `term` is the one that is on the air now: our own, or the one that took over. */
  | { event: 'off-air'; reason: OffAirReason; term: number }

export type StationEffect =
  /** Listens and announces on the topic; ends in ANNOUNCED or ANNOUNCE_FAILED. */
  | { type: 'announce' }
  /** Looks for relays anew under the new address, and announces there; ends in REANNOUNCED or ANNOUNCE_FAILED. */
  | { type: 'reannounce' }
  /** Puts the station's record; only a failure is reported, as RECORD_FAILED. */
  | { type: 'publish-record' }
  /** Signs a source heartbeat each 100 ms; started again, it goes on with the new state. */
  | { type: 'start-heartbeat'; state: 'muted' | 'stalled' | 'ended' }
  | { type: 'stop-heartbeat' }
  | { type: 'start-source' }
  | { type: 'stop-source' }
  /** To every listener; its end is DRAINED. */
  | { type: 'say-bye'; reason: 'off-air' | 'superseded' }
  | ({ type: 'notify' } & StationNotice)
  | StartTimer<StationTimer>
  | StopTimer<StationTimer>

export interface StationContext extends Required<StationInput> {
  /** Announcements that failed in a row. */
  readonly failures: number
  /** The address changed once more while the station was being announced again. */
  readonly changedMeanwhile: boolean
  readonly reason: OffAirReason
  /** The term that took over, 0 while none did. */
  readonly higherTerm: number
}

export type StationState =
  | 'off-air'
  | { announcing: 'trying' | 'waiting' }
  | {
      'on-air': { source: 'starting' | 'live' | 'quiet'; reach: 'announced' | 'reannouncing' | 'waiting' }
    }
  | 'draining'
  | 'ended'
  | 'superseded'

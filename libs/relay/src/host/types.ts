import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'

export interface HostInput {
  /** The broadcaster has the audio from the beginning. */
  readonly fed?: boolean
  /** How long children are kept while there is no parent. Default 4000. */
  readonly starvedMs?: number
  /** How long children that were asked to leave are served. Default 10 000. */
  readonly drainMs?: number
}

export type HostTimer = 'starved' | 'drain'

export type HostEvent =
  /** This peer may relay, or may not any more (asked, metered, out of reach). */
  | { type: 'FIT' }
  | { type: 'UNFIT' }
  /** A parent delivers, or there is none. */
  | { type: 'FED' }
  | { type: 'STARVED' }
  /** The last child is gone. */
  | { type: 'EMPTY' }
  | { type: 'DRAIN' }
  | { type: 'STOP' }
  | TimerEvent<HostTimer>

export type HostEffect =
  /** Says on the topic of helpers that this peer has places. */
  | { type: 'announce' }
  | { type: 'unannounce' }
  /** Tells every child where else it can go. */
  | { type: 'move-all' }
  | { type: 'drop-all' }
  /** Nobody is served any more, as was asked. */
  | { type: 'drained' }
  | StartTimer<HostTimer>
  | StopTimer<HostTimer>

export interface HostContext extends Required<HostInput> {
  readonly fit: boolean
  /** It is the end, not a pause. */
  readonly ending: boolean
}

export type HostState = 'leaf' | 'waiting' | 'open' | 'draining' | 'stopped'

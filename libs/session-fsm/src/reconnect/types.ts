import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'
import type { CandidateSource, DialLimits, DialPool } from './dial-policy.ts'

export interface ReconnectInput {
  /** A new attempt each so many ms while nothing is proven. Default 300. */
  readonly staggerMs?: number
  /** Dials at one time. Default 4. */
  readonly maxInFlight?: number
  /** A key that is being dialled is dialled once more after so long, then twice as long. Default 4000, as HyperDHT gives up a dead route. */
  readonly repeatMs?: number
  /** The same beside a link that is suspect, for its route may be stale. Default 900; with 300, an audience that redials at once took twice as long. */
  readonly suspectRepeatMs?: number
  /** First rest of a key that failed; doubles with each failure up to `backoffMaxMs`. Default 1000. */
  readonly coolDownMs?: number
  /** Rest between the first two discovery rounds. Default 1000. */
  readonly backoffMinMs?: number
  /** Longest rest between two discovery rounds, and of a key that failed. Default 5000. */
  readonly backoffMaxMs?: number
  /** Added to each rest between discovery rounds, drawn once by the adapter, so that listeners do not search in step. Default 0. */
  readonly jitterMs?: number
}

export type ReconnectTimer = 'stagger' | 'discovery'

export type ReconnectEvent =
  | { type: 'START' }
  /** Somebody who may be the station; `key` is hex. Repeats are welcome. */
  | { type: 'CANDIDATE'; key: string; source: CandidateSource }
  /** The peer has announced itself under other addresses than before: the routes of its dials may lead nowhere. */
  | { type: 'MOVED'; key: string }
  /** One discovery round ended by itself. */
  | { type: 'DISCOVERY_DONE'; found: number }
  | { type: 'ATTEMPT_FAILED'; attempt: number; key: string; reason: string }
  /** The peer has answered a dial, and holes are to be opened. `lottery`: one NAT maps at random, so it is a matter of luck. */
  | { type: 'ATTEMPT_ANSWERED'; attempt: number; lottery: boolean }
  | { type: 'ATTEMPT_PROVEN'; attempt: number; key: string }
  /**
   * A link to the station came about through a peer in between, see the routing machine. Dials go on beside it until
   * LINK_ALIVE says that audio can come.
   */
  | { type: 'ROUTE_PROVEN' }
  /** The adopted link is gone. `jitterMs` delays the first dial, so that a whole audience does not return at once. */
  | { type: 'LINK_LOST'; reason: string; attempt?: number; jitterMs?: number }
  /** The link is open but suspect (media silent, address changed): dial again beside it. */
  | { type: 'REDIAL'; reason: string }
  /** The suspect link has delivered again: stop dialling. */
  | { type: 'LINK_ALIVE' }
  | { type: 'NETWORK_CHANGED' }
  /** No NAT or firewall is before us. Where a dial that began without knowing depends on luck, or fails, it is made again at once. */
  | { type: 'REACHABLE' }
  | { type: 'STOP' }
  | TimerEvent<ReconnectTimer>

export type ReconnectEffect =
  /** Looks up the record and the topic once; each find is a CANDIDATE, the end is DISCOVERY_DONE. */
  | { type: 'start-discovery' }
  | { type: 'stop-discovery' }
  /** Connects and proves under a fresh Noise key. Ends in ATTEMPT_PROVEN or, also by time-out, ATTEMPT_FAILED. */
  | { type: 'dial'; attempt: number; key: string }
  /** Drops a dial; its outcome is not awaited any more. */
  | { type: 'abandon'; attempt: number }
  /** This link carries the station from now on; an older one is closed. */
  | { type: 'adopt'; attempt: number }
  /** `attempt` counts the discovery rounds of this search from 1. */
  | { type: 'notify'; event: 'searching' | 'reconnecting' | 'off-air'; attempt: number }
  | StartTimer<ReconnectTimer>
  | StopTimer<ReconnectTimer>

export interface ReconnectContext extends DialPool, DialLimits {
  readonly suspectRepeatMs: number
  readonly backoffMinMs: number
  readonly jitterMs: number
  /** The number of the latest attempt. */
  readonly lastAttempt: number
  /** A dial was made since the latest tick: the next one waits for the next tick. */
  readonly paced: boolean
  readonly discovering: boolean
  /** Discovery rounds begun and ended in this search. */
  readonly roundsBegun: number
  readonly roundsDone: number
  /** The attempt whose link is open, 0 when none is. */
  readonly linkAttempt: number
  /** That link is a route by which no audio can come yet: dials go on as if there were none. */
  readonly tentative: boolean
  /** The latest dial that failed was answered: whoever is there is not off air, only out of reach. */
  readonly answers: boolean
  readonly everLinked: boolean
  /** The listener was told that the station is off air. */
  readonly toldOffAir: boolean
}

export type ReconnectState = 'idle' | 'searching' | 'linked' | 'redialing' | 'stopped'

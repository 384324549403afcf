import type { StartTimer, StopTimer, TimerEvent } from '@pearcast/fsm'

export interface RoutingInput {
  /** How long direct dials are waited for before helpers are looked for. Default 1500. */
  readonly patienceMs?: number
  /** Helpers tried at one time. Default 2. */
  readonly maxInFlight?: number
  /** Rest between the first two searches; doubles up to `restMaxMs`. Default 1000. */
  readonly restMinMs?: number
  /** Default 15 000. */
  readonly restMaxMs?: number
  /** Rest after a route that led to the station, and no connection came of it. Default 60 000. */
  readonly vainMs?: number
}

export type RoutingTimer = 'patience' | 'rest' | 'vain'

export type RoutingEvent =
  /** Dialling begins: there is no link, or only a suspect one. Repeats are welcome. */
  | { type: 'WANTED' }
  /**
   * A link carries the station. `direct`: it was dialled, so dials do work here; otherwise the route that was taken has
   * become a connection, so dials are in vain.
   */
  | { type: 'SATISFIED'; direct: boolean }
  /** A dial failed in a way that another one would repeat: both NATs map at random. */
  | { type: 'HOPELESS' }
  /** Somebody who may pass envelopes on; `key` is hex. Repeats are welcome. */
  | { type: 'HELPER'; key: string }
  | { type: 'SEARCH_DONE' }
  | { type: 'ATTEMPT_FAILED'; attempt: number }
  | { type: 'ATTEMPT_PROVEN'; attempt: number }
  /** The route that was taken is gone. */
  | { type: 'ROUTE_LOST' }
  | { type: 'STOP' }
  | TimerEvent<RoutingTimer>

export type RoutingEffect =
  /** Looks up the helper topic once; each find is a HELPER, the end is SEARCH_DONE. */
  | { type: 'find-helpers' }
  | { type: 'stop-finding' }
  /** Links to the helper and opens a session with the station through it. Ends in ATTEMPT_PROVEN or ATTEMPT_FAILED. */
  | { type: 'try-helper'; attempt: number; key: string }
  /** Drops an attempt; its outcome is not awaited any more. */
  | { type: 'abandon'; attempt: number }
  /** The station has proven itself at the other end of this route; whether audio can come shows now. */
  | { type: 'take-route'; attempt: number }
  | StartTimer<RoutingTimer>
  | StopTimer<RoutingTimer>

export interface RoutingContext extends Required<RoutingInput> {
  /** Dials are known to be in vain, so that nothing is waited for next time. */
  readonly hopeless: boolean
  readonly helpers: readonly Helper[]
  readonly inFlight: readonly { readonly attempt: number; readonly key: string }[]
  /** The number of the latest attempt. */
  readonly lastAttempt: number
  readonly finding: boolean
  /** Searches begun since helpers were first looked for. */
  readonly rounds: number
}

export interface Helper {
  readonly key: string
  /** Tried since the latest search began, or under way. */
  readonly tried: boolean
}

export type RoutingState = 'idle' | 'patient' | 'seeking' | 'trying' | 'resting' | 'stopped'

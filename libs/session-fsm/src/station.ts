import { setup } from 'xstate'
import { backoffMs } from './backoff.ts'
import {
  effect,
  type EffectActions,
  type EffectMachine,
  type StartTimer,
  type StopTimer,
  type TimerEvent,
} from './machine.ts'

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

type TimerId = 'announce' | 'record' | 'drain'

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
  | TimerEvent<TimerId>

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
  /** Suspends and resumes the server under the new address; ends in REANNOUNCED or ANNOUNCE_FAILED. */
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
  | StartTimer<TimerId>
  | StopTimer<TimerId>

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

const effects: EffectActions<StationEffect> = {
  announce: effect,
  reannounce: effect,
  'publish-record': effect,
  'start-heartbeat': effect,
  'stop-heartbeat': effect,
  'start-source': effect,
  'stop-source': effect,
  'say-bye': effect,
  notify: effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: { context: {} as StationContext, events: {} as StationEvent, input: {} as StationInput },
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: TimerId }) => event.type === 'timer' && event.id === params.id,
    isHigherTerm: ({ context, event }) => isHigherTerm(context, event),
    changedMeanwhile: ({ context }) => context.changedMeanwhile,
    wasSuperseded: ({ context }) => context.reason === 'superseded',
  },
})

const machineSetup = base.extend({
  actions: {
    countFailure: base.assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: base.assign({ failures: 0 }),
    waitToAnnounce: base.enqueueActions(({ context, event, enqueue }) => {
      const ms = backoffMs(context.failures, context.announceRetryMinMs, context.announceRetryMaxMs)
      const reason = event.type === 'ANNOUNCE_FAILED' ? event.reason : ''
      enqueue({ type: 'start-timer', params: { id: 'announce', ms } })
      enqueue({
        type: 'notify',
        params: { event: 'announce-failed', reason, attempt: context.failures, retryMs: ms },
      })
    }),
    noteChange: base.assign({ changedMeanwhile: true }),
    takeUpChange: base.assign({ changedMeanwhile: false }),
    rememberHigherTerm: base.assign({
      reason: 'superseded',
      higherTerm: ({ event }) => (event.type === 'HIGHER_TERM_SEEN' ? event.term : 0),
    }),
    rememberEnd: base.assign({ reason: 'source-ended' }),
    beatWhileQuiet: base.enqueueActions(({ event, enqueue }) => {
      const state = event.type === 'SOURCE_MUTED' ? 'muted' : 'stalled'
      enqueue({ type: 'start-heartbeat', params: { state } })
      enqueue({ type: 'notify', params: { event: 'source', state } })
    }),
    planRecord: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'record', ms: context.recordEveryMs } })
    }),
    planRecordSoon: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'record', ms: context.recordRetryMs } })
    }),
    sayBye: base.enqueueActions(({ context, enqueue }) => {
      const reason = context.reason === 'superseded' ? 'superseded' : 'off-air'
      // The source that took over goes on: only an end that is ours is signed.
      if (reason === 'off-air') enqueue({ type: 'start-heartbeat', params: { state: 'ended' } })
      enqueue({ type: 'say-bye', params: { reason } })
      enqueue({ type: 'start-timer', params: { id: 'drain', ms: context.drainMs } })
    }),
    tellOffAir: base.enqueueActions(({ context, enqueue }) => {
      enqueue({
        type: 'notify',
        params: { event: 'off-air', reason: context.reason, term: context.higherTerm || context.term },
      })
    }),
  },
})

const announceTimer = { type: 'timerIs', params: { id: 'announce' } } as const
const stopAnnounceTimer = { type: 'stop-timer', params: { id: 'announce' } } as const
const afterDrain = [{ guard: 'wasSuperseded', target: 'superseded' }, { target: 'ended' }] as const

/** A broadcaster's life: announced, on air with a live or a quiet source, announced again, and off the air. */
export const stationMachine: EffectMachine<
  StationContext,
  StationEvent,
  StationState,
  StationInput,
  StationEffect
> = machineSetup.createMachine({
  id: 'station',
  context: ({ input }) => ({
    announceRetryMinMs: 1000,
    announceRetryMaxMs: 30_000,
    recordEveryMs: 3_600_000,
    recordRetryMs: 30_000,
    drainMs: 1000,
    ...input,
    failures: 0,
    changedMeanwhile: false,
    reason: 'stopped',
    higherTerm: 0,
  }),
  initial: 'off-air',
  states: {
    'off-air': {
      on: {
        START: { target: 'announcing', actions: { type: 'notify', params: { event: 'announcing' } } },
        STOP: { target: 'ended' },
      },
    },

    announcing: {
      on: {
        ANNOUNCED: { target: 'on-air', actions: 'forgetFailures' },
        HIGHER_TERM_SEEN: {
          guard: 'isHigherTerm',
          target: 'superseded',
          actions: ['rememberHigherTerm', 'tellOffAir'],
        },
        STOP: { target: 'ended', actions: 'tellOffAir' },
      },
      initial: 'trying',
      states: {
        trying: {
          entry: 'announce',
          on: { ANNOUNCE_FAILED: { target: 'waiting', actions: 'countFailure' } },
        },
        waiting: {
          entry: 'waitToAnnounce',
          exit: stopAnnounceTimer,
          on: { timer: { guard: announceTimer, target: 'trying' }, ADDRESS_CHANGED: { target: 'trying' } },
        },
      },
    },

    'on-air': {
      entry: [
        'publish-record',
        'planRecord',
        'start-source',
        { type: 'notify', params: { event: 'on-air' } },
      ],
      exit: { type: 'stop-timer', params: { id: 'record' } },
      on: {
        timer: {
          guard: { type: 'timerIs', params: { id: 'record' } },
          actions: ['publish-record', 'planRecord'],
        },
        RECORD_FAILED: { actions: 'planRecordSoon' },
        HIGHER_TERM_SEEN: { guard: 'isHigherTerm', target: 'draining', actions: 'rememberHigherTerm' },
        SOURCE_ENDED: { target: 'draining', actions: 'rememberEnd' },
        STOP: { target: 'draining' },
      },
      type: 'parallel',
      states: {
        source: {
          initial: 'starting',
          states: {
            starting: {
              on: {
                SOURCE_LIVE: { target: 'live' },
                SOURCE_MUTED: { target: 'quiet' },
                SOURCE_STALLED: { target: 'quiet' },
              },
            },
            live: {
              entry: { type: 'notify', params: { event: 'source', state: 'live' } },
              on: { SOURCE_MUTED: { target: 'quiet' }, SOURCE_STALLED: { target: 'quiet' } },
            },
            quiet: {
              exit: 'stop-heartbeat',
              entry: 'beatWhileQuiet',
              on: {
                SOURCE_LIVE: { target: 'live' },
                SOURCE_MUTED: { actions: 'beatWhileQuiet' },
                SOURCE_STALLED: { actions: 'beatWhileQuiet' },
              },
            },
          },
        },
        reach: {
          initial: 'announced',
          states: {
            announced: {
              on: {
                ADDRESS_CHANGED: {
                  target: 'reannouncing',
                  actions: { type: 'notify', params: { event: 'address-changed' } },
                },
              },
            },
            reannouncing: {
              entry: ['takeUpChange', 'reannounce'],
              on: {
                ADDRESS_CHANGED: { actions: 'noteChange' },
                REANNOUNCED: [
                  { guard: 'changedMeanwhile', target: 'reannouncing', reenter: true },
                  {
                    target: 'announced',
                    actions: [
                      'forgetFailures',
                      'publish-record',
                      { type: 'notify', params: { event: 'reachable' } },
                    ],
                  },
                ],
                ANNOUNCE_FAILED: { target: 'waiting', actions: 'countFailure' },
              },
            },
            waiting: {
              entry: 'waitToAnnounce',
              exit: stopAnnounceTimer,
              on: {
                timer: { guard: announceTimer, target: 'reannouncing' },
                ADDRESS_CHANGED: { target: 'reannouncing' },
              },
            },
          },
        },
      },
    },

    draining: {
      entry: ['stop-source', 'sayBye'],
      exit: ['stop-heartbeat', { type: 'stop-timer', params: { id: 'drain' } }, 'tellOffAir'],
      on: { DRAINED: afterDrain, timer: afterDrain },
    },

    ended: { type: 'final' },
    superseded: { type: 'final' },
  },
})

function isHigherTerm(context: StationContext, event: StationEvent): boolean {
  if (event.type !== 'HIGHER_TERM_SEEN') return false
  const generation = event.generation ?? context.generation
  if (generation !== context.generation) return generation > context.generation
  return event.term > context.term
}

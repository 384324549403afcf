import { setup } from 'xstate'
import { backoffMs } from '../backoff.ts'
import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import type {
  StationContext,
  StationEffect,
  StationEvent,
  StationInput,
  StationState,
  StationTimer,
} from './types.ts'

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
  types: typesOf<StationContext, StationEvent, StationInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: StationTimer }) => event.type === 'timer' && event.id === params.id,
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

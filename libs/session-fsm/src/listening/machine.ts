import type { ByeReason, RefusalReason } from '@pearcast/protocol'
import { setup } from 'xstate'
import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import type {
  EndReason,
  ListeningContext,
  ListeningEffect,
  ListeningEvent,
  ListeningInput,
  ListeningState,
  ListeningTimer,
  RedialReason,
} from './types.ts'

/** A peer names the wait after a refusal; these are the bounds we accept. */
const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 60_000

type PlainNotice =
  'searching' | 'buffering' | 'playing' | 'quiet' | 'older-session' | 'reconnecting' | 'off-air'

const effects: EffectActions<ListeningEffect> = {
  connect: effect,
  subscribe: effect,
  redial: effect,
  'keep-link': effect,
  'start-playout': effect,
  'reset-playout': effect,
  'stop-playout': effect,
  notify: effect,
  end: effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<ListeningContext, ListeningEvent, ListeningInput>(),
  actions: effects,
  guards: {
    byeIs: ({ event }, params: { reason: ByeReason }) =>
      event.type === 'BYE' && event.reason === params.reason,
    refusedIs: ({ event }, params: { reason: RefusalReason }) =>
      event.type === 'REFUSED' && event.reason === params.reason,
    hopIsAlive: ({ event }) => event.type === 'MEDIA_SILENT' && event.parentAlive,
    hopIsSilent: ({ context, event }) =>
      event.type === 'MEDIA_SILENT' && !event.parentAlive && event.ms >= context.suspectMs,
  },
})

const machineSetup = base.extend({
  actions: {
    ensurePlayout: base.enqueueActions(({ context, enqueue }) => {
      if (context.playoutRuns) return
      enqueue.assign({ playoutRuns: true, hasPlayed: true })
      enqueue('start-playout')
    }),
    /** Also while nothing plays now: what is left of the former run counts by other sequence numbers. */
    resetPlayout: base.enqueueActions(({ context, enqueue }) => {
      if (context.hasPlayed) enqueue('reset-playout')
      enqueue({ type: 'notify', params: { event: 'new-session' } })
    }),
    endPlayout: base.enqueueActions(({ context, enqueue }) => {
      if (!context.playoutRuns) return
      enqueue.assign({ playoutRuns: false })
      enqueue('stop-playout')
    }),
    tellConnected: base.enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'LINK_UP') return
      enqueue({ type: 'notify', params: { event: 'connected', via: event.via } })
    }),
    waitForAnswer: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'subscribe', ms: context.subscribeMs } })
    }),
    waitForAudio: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'first-audio', ms: context.firstAudioMs } })
    }),
    waitToAskAgain: base.enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'REFUSED') return
      const { reason } = event
      const retryMs = Math.min(Math.max(event.retryAfterMs, MIN_RETRY_MS), MAX_RETRY_MS)
      enqueue({ type: 'start-timer', params: { id: 'retry', ms: retryMs } })
      enqueue({ type: 'notify', params: { event: 'refused', reason, retryMs } })
    }),
    suspectHop: base.enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'MEDIA_SILENT') return
      enqueue({ type: 'redial', params: { reason: 'media-silent' } })
      enqueue({ type: 'notify', params: { event: 'suspect', silentMs: event.ms } })
    }),
  },
})

const tell = <E extends PlainNotice>(event: E) => ({ type: 'notify', params: { event } }) as const
const redial = <R extends RedialReason>(reason: R) => ({ type: 'redial', params: { reason } }) as const
const endBecause = <R extends EndReason>(reason: R) => ({ type: 'end', params: { reason } }) as const
const stopTimer = <I extends ListeningTimer>(id: I) => ({ type: 'stop-timer', params: { id } }) as const

const suspectIfHopSilent = { guard: 'hopIsSilent', target: 'suspect', actions: 'suspectHop' } as const

/** A listener's life: found, linked, subscribed, heard, lost, found again, until it ends. */
export const listeningMachine: EffectMachine<
  ListeningContext,
  ListeningEvent,
  ListeningState,
  ListeningInput,
  ListeningEffect
> = machineSetup.createMachine({
  id: 'listening',
  context: ({ input }) => ({
    subscribeMs: 3000,
    firstAudioMs: 2000,
    suspectMs: 300,
    ...input,
    playoutRuns: false,
    hasPlayed: false,
  }),
  initial: 'idle',
  on: {
    STOP: { target: '.ended', actions: ['endPlayout', endBecause('stopped')] },
    DURATION_REACHED: { target: '.ended', actions: ['endPlayout', endBecause('duration')] },
    NEW_SESSION: { actions: 'resetPlayout' },
    OLDER_SESSION: { actions: tell('older-session') },
  },
  states: {
    idle: { on: { START: { target: 'searching', actions: ['connect', tell('searching')] } } },

    searching: { on: { LINK_UP: { target: 'linked' }, OFF_AIR: { target: 'off-air' } } },

    linked: {
      on: {
        LINK_UP: { target: '.connecting', reenter: true },
        LINK_DOWN: { target: 'reconnecting' },
        REFUSED: [
          {
            guard: { type: 'refusedIs', params: { reason: 'not-allowed' } },
            target: 'ended',
            actions: ['endPlayout', endBecause('not-allowed')],
          },
          { target: '.refused' },
        ],
        BYE: [
          { guard: { type: 'byeIs', params: { reason: 'off-air' } }, target: 'off-air' },
          {
            guard: { type: 'byeIs', params: { reason: 'kicked' } },
            target: 'ended',
            actions: ['endPlayout', endBecause('kicked')],
          },
          {
            guard: { type: 'byeIs', params: { reason: 'protocol' } },
            target: 'ended',
            actions: ['endPlayout', endBecause('protocol')],
          },
          // The link ends with the bye, so the search begins by itself, spread over the whole audience.
          { target: 'reconnecting' },
        ],
        OLDER_SESSION: { target: 'reconnecting', actions: [tell('older-session'), redial('older-session')] },
      },
      initial: 'connecting',
      states: {
        connecting: {
          entry: ['tellConnected', 'subscribe', 'waitForAnswer'],
          exit: stopTimer('subscribe'),
          on: {
            ACCEPTED: { target: 'buffering' },
            /** Datagrams may overtake the answer. */
            FIRST_AUDIO: { target: 'playing', actions: 'ensurePlayout' },
            timer: { actions: ['subscribe', redial('no-answer'), 'waitForAnswer'] },
          },
        },
        refused: {
          entry: 'waitToAskAgain',
          exit: stopTimer('retry'),
          on: { timer: { target: 'connecting' } },
        },
        buffering: {
          entry: ['ensurePlayout', tell('buffering'), 'waitForAudio'],
          exit: stopTimer('first-audio'),
          on: {
            FIRST_AUDIO: { target: 'playing' },
            MEDIA_RESUMED: { target: 'playing' },
            SOURCE_QUIET: { target: 'quiet' },
            timer: { actions: [redial('no-audio'), 'waitForAudio'] },
          },
        },
        playing: {
          entry: tell('playing'),
          on: {
            SOURCE_QUIET: { target: 'quiet' },
            MEDIA_SILENT: suspectIfHopSilent,
            LINK_UP: { target: 'resubscribing' },
            NEW_SESSION: { target: 'buffering', actions: 'resetPlayout' },
          },
        },
        quiet: {
          entry: tell('quiet'),
          on: {
            SOURCE_LIVE: { target: 'playing' },
            MEDIA_RESUMED: { target: 'playing' },
            FIRST_AUDIO: { target: 'playing' },
            MEDIA_SILENT: suspectIfHopSilent,
            LINK_UP: { actions: ['tellConnected', 'subscribe'] },
            NEW_SESSION: { target: 'buffering', actions: 'resetPlayout' },
          },
        },
        suspect: {
          on: {
            FIRST_AUDIO: { target: 'playing', actions: 'keep-link' },
            MEDIA_RESUMED: { target: 'playing', actions: 'keep-link' },
            MEDIA_SILENT: { guard: 'hopIsAlive', target: 'playing', actions: 'keep-link' },
            SOURCE_QUIET: { target: 'quiet', actions: 'keep-link' },
            LINK_UP: { target: 'resubscribing' },
          },
        },
        resubscribing: {
          entry: ['tellConnected', 'subscribe', 'waitForAudio'],
          exit: stopTimer('first-audio'),
          on: {
            FIRST_AUDIO: { target: 'playing' },
            MEDIA_RESUMED: { target: 'playing' },
            SOURCE_QUIET: { target: 'quiet' },
            timer: { target: 'suspect', actions: redial('no-audio') },
          },
        },
      },
    },

    reconnecting: {
      entry: tell('reconnecting'),
      on: { LINK_UP: { target: 'linked' }, OFF_AIR: { target: 'off-air' } },
    },

    'off-air': {
      entry: ['endPlayout', tell('off-air')],
      on: { LINK_UP: { target: 'linked' } },
    },

    ended: { type: 'final' },
  },
})

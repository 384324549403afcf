import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import { setup } from 'xstate'
import { backoffMs } from '../backoff.ts'
import type {
  Helper,
  RoutingContext,
  RoutingEffect,
  RoutingEvent,
  RoutingInput,
  RoutingState,
  RoutingTimer,
} from './types.ts'

/** A topic can be filled by anybody: more keys than this are somebody's flood. */
const MAX_HELPERS = 32

const effects: EffectActions<RoutingEffect> = {
  'find-helpers': effect,
  'stop-finding': effect,
  'try-helper': effect,
  abandon: effect,
  'take-route': effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<RoutingContext, RoutingEvent, RoutingInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: RoutingTimer }) => event.type === 'timer' && event.id === params.id,
    isInFlight: ({ context, event }) =>
      'attempt' in event && context.inFlight.some(({ attempt }) => attempt === event.attempt),
    isHopeless: ({ context }) => context.hopeless,
    isDirect: ({ event }) => event.type === 'SATISFIED' && event.direct,
    isFinding: ({ context }) => context.finding,
  },
})

const machineSetup = base.extend({
  actions: {
    giveUpDials: base.assign({ hopeless: true }),
    trustDials: base.assign({ hopeless: false }),
    remember: base.assign({
      helpers: ({ context, event }) =>
        event.type === 'HELPER' ? remember(context.helpers, event.key) : context.helpers,
    }),
    startRound: base.enqueueActions(({ context, enqueue }) => {
      const helpers = context.helpers.map(({ key }) => ({
        key,
        tried: context.inFlight.some((attempt) => attempt.key === key),
      }))
      enqueue.assign({ finding: true, rounds: context.rounds + 1, helpers })
      enqueue('find-helpers')
    }),
    finishRound: base.enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ finding: false })
      const ms = backoffMs(context.rounds, context.restMinMs, context.restMaxMs)
      enqueue({ type: 'start-timer', params: { id: 'rest', ms } })
    }),
    /** As many as there is room for, in the order in which they were found. */
    tryNext: base.enqueueActions(({ context, enqueue }) => {
      const room = context.maxInFlight - context.inFlight.length
      const chosen = context.helpers.filter(({ tried }) => !tried).slice(0, Math.max(0, room))
      const added = chosen.map(({ key }, i) => ({ attempt: context.lastAttempt + 1 + i, key }))
      if (added.length === 0) return
      enqueue.assign({
        lastAttempt: context.lastAttempt + added.length,
        inFlight: [...context.inFlight, ...added],
        helpers: context.helpers.map((each) => (chosen.includes(each) ? { ...each, tried: true } : each)),
      })
      for (const params of added) enqueue({ type: 'try-helper', params })
    }),
    endAttempt: base.assign({ inFlight: ({ context, event }) => without(context, event) }),
    takeRoute: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'ATTEMPT_PROVEN') return
      enqueue.assign({ inFlight: without(context, event) })
      enqueue({ type: 'take-route', params: { attempt: event.attempt } })
    }),
    endSeeking: base.enqueueActions(({ context, enqueue }) => {
      for (const { attempt } of context.inFlight) enqueue({ type: 'abandon', params: { attempt } })
      enqueue(context.finding ? 'stop-finding' : { type: 'stop-timer', params: { id: 'rest' } })
      enqueue.assign({ inFlight: [], finding: false, rounds: 0 })
    }),
    startVain: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'vain', ms: context.vainMs } })
    }),
    startPatience: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'patience', ms: context.patienceMs } })
    }),
  },
})

/** A dial brought the link, or the route that was tried did. */
const satisfied = [
  { guard: 'isDirect', target: 'idle', actions: 'trustDials' },
  { target: 'idle', actions: 'giveUpDials' },
] as const

/** When to look for a peer in between, and which of those found to try, while dials do not reach the station. */
export const routingMachine: EffectMachine<
  RoutingContext,
  RoutingEvent,
  RoutingState,
  RoutingInput,
  RoutingEffect
> = machineSetup.createMachine({
  id: 'routing',
  context: ({ input }) => ({
    patienceMs: 1500,
    maxInFlight: 2,
    restMinMs: 1000,
    restMaxMs: 15_000,
    vainMs: 60_000,
    ...input,
    hopeless: false,
    helpers: [],
    inFlight: [],
    lastAttempt: 0,
    finding: false,
    rounds: 0,
  }),
  initial: 'idle',
  on: {
    HOPELESS: { actions: 'giveUpDials' },
    STOP: { target: '.stopped' },
  },
  states: {
    idle: {
      on: {
        WANTED: [{ guard: 'isHopeless', target: 'seeking' }, { target: 'patient' }],
        SATISFIED: { guard: 'isDirect', actions: 'trustDials' },
      },
    },
    patient: {
      entry: 'startPatience',
      exit: { type: 'stop-timer', params: { id: 'patience' } },
      on: {
        HOPELESS: { target: 'seeking', actions: 'giveUpDials' },
        timer: { guard: { type: 'timerIs', params: { id: 'patience' } }, target: 'seeking' },
        SATISFIED: { target: 'idle' },
      },
    },
    seeking: {
      entry: ['startRound', 'tryNext'],
      on: {
        HELPER: { actions: ['remember', 'tryNext'] },
        SEARCH_DONE: { guard: 'isFinding', actions: 'finishRound' },
        timer: { guard: { type: 'timerIs', params: { id: 'rest' } }, actions: ['startRound', 'tryNext'] },
        ATTEMPT_FAILED: { guard: 'isInFlight', actions: ['endAttempt', 'tryNext'] },
        ATTEMPT_PROVEN: { guard: 'isInFlight', target: 'trying', actions: ['takeRoute', 'endSeeking'] },
        SATISFIED: [
          { guard: 'isDirect', target: 'idle', actions: ['trustDials', 'endSeeking'] },
          { target: 'idle', actions: 'endSeeking' },
        ],
        STOP: { target: 'stopped', actions: 'endSeeking' },
      },
    },
    trying: { on: { SATISFIED: satisfied, ROUTE_LOST: { target: 'resting' } } },
    resting: {
      entry: 'startVain',
      exit: { type: 'stop-timer', params: { id: 'vain' } },
      on: {
        SATISFIED: satisfied,
        timer: { guard: { type: 'timerIs', params: { id: 'vain' } }, target: 'seeking' },
      },
    },
    stopped: { type: 'final' },
  },
})

function remember(helpers: readonly Helper[], key: string): readonly Helper[] {
  if (helpers.some((helper) => helper.key === key)) return helpers
  const kept = helpers.length < MAX_HELPERS ? helpers : forgetOne(helpers)
  return kept.length < MAX_HELPERS ? [...kept, { key, tried: false }] : kept
}

/** Without the oldest that was tried already; an untried one never gives way. */
function forgetOne(helpers: readonly Helper[]): readonly Helper[] {
  const oldest = helpers.find(({ tried }) => tried)
  return helpers.filter((helper) => helper !== oldest)
}

function without({ inFlight }: RoutingContext, event: RoutingEvent): RoutingContext['inFlight'] {
  return inFlight.filter((other) => !('attempt' in event) || other.attempt !== event.attempt)
}

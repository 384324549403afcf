import { setup } from 'xstate'
import { backoffMs } from '../backoff.ts'
import { isHopelessDial } from '../routing/hopeless.ts'
import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import {
  allFailed,
  chooseDial,
  chooseUntried,
  coolDown,
  forgive,
  forgiveAll,
  markAnswered,
  markProven,
  markStale,
  outdate,
  remember,
  type DialChoice,
  type DialLimits,
  type DialPool,
} from './dial-policy.ts'
import type {
  ReconnectContext,
  ReconnectEffect,
  ReconnectEvent,
  ReconnectInput,
  ReconnectState,
  ReconnectTimer,
} from './types.ts'

const effects: EffectActions<ReconnectEffect> = {
  'start-discovery': effect,
  'stop-discovery': effect,
  dial: effect,
  abandon: effect,
  adopt: effect,
  notify: effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<ReconnectContext, ReconnectEvent, ReconnectInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: ReconnectTimer }) => event.type === 'timer' && event.id === params.id,
    isInFlight: ({ context, event }) =>
      'attempt' in event && context.inFlight.some(({ attempt }) => attempt === event.attempt),
    isOutdated: ({ context, event }) =>
      'attempt' in event &&
      context.inFlight.some(
        ({ attempt, outdated, stale }) => (outdated || stale) && attempt === event.attempt,
      ),
    isHopeless: ({ context, event }) =>
      event.type === 'ATTEMPT_ANSWERED' &&
      event.lottery &&
      context.inFlight.some(({ attempt, outdated }) => outdated && attempt === event.attempt),
    isLottery: ({ context }) => context.inFlight.some(({ lottery, outdated }) => lottery && !outdated),
    isPaced: ({ context }) => context.paced,
    isCurrentLink: ({ context, event }) => isCurrentLink(context, event),
    isCurrentLinkWithJitter: ({ context, event }) =>
      isCurrentLink(context, event) && event.type === 'LINK_LOST' && (event.jitterMs ?? 0) > 0,
  },
})

const JUST_BEGUN = { answered: false, lottery: false, outdated: false, stale: false }

/** Dials what `choose` picks, if anything, and notes that this tick has been used. */
const dialWith = (choose: (pool: DialPool, limits: DialLimits) => DialChoice | undefined) =>
  base.enqueueActions(({ context, enqueue }) => {
    const isSuspect = context.linkAttempt !== 0 && !context.tentative
    const repeatMs = isSuspect ? context.suspectRepeatMs : context.repeatMs
    const choice = choose(context, { ...context, repeatMs })
    if (choice === undefined) return
    const attempt = context.lastAttempt + 1
    if (choice.abandon !== undefined) enqueue({ type: 'abandon', params: { attempt: choice.abandon } })
    const kept = context.inFlight.filter((other) => other.attempt !== choice.abandon)
    enqueue.assign({
      lastAttempt: attempt,
      paced: true,
      inFlight: [...kept, { attempt, key: choice.key, sinceTick: context.tick, ...JUST_BEGUN }],
    })
    enqueue({ type: 'dial', params: { attempt, key: choice.key } })
  })

const machineSetup = base.extend({
  actions: {
    remember: base.assign({
      candidates: ({ context, event }) =>
        event.type === 'CANDIDATE' ? remember(context, event.key, event.source) : context.candidates,
    }),
    forgiveAll: base.assign({ candidates: ({ context }) => forgiveAll(context.candidates) }),
    noteAnswer: base.assign({
      inFlight: ({ context, event }) =>
        event.type === 'ATTEMPT_ANSWERED'
          ? markAnswered(context, event.attempt, event.lottery)
          : context.inFlight,
    }),
    forgiveMoved: base.assign(({ context, event }) =>
      event.type === 'MOVED'
        ? {
            candidates: forgive(context.candidates, event.key),
            inFlight: markStale(context.inFlight, event.key),
          }
        : {},
    ),
    outdate: base.assign({ inFlight: ({ context }) => outdate(context.inFlight) }),
    /** That it failed says nothing of its key. */
    dropAttempt: base.assign({
      inFlight: ({ context, event }) =>
        'attempt' in event
          ? context.inFlight.filter(({ attempt }) => attempt !== event.attempt)
          : context.inFlight,
    }),
    countTick: base.assign({ tick: ({ context }) => context.tick + 1, paced: false }),
    dialNext: dialWith(chooseDial),
    dialUntried: dialWith(chooseUntried),

    /** Never called while a round runs. */
    startRound: base.enqueueActions(({ context, enqueue }) => {
      const attempt = context.roundsBegun + 1
      enqueue.assign({ discovering: true, roundsBegun: attempt })
      enqueue('start-discovery')
    }),
    tellSearching: base.enqueueActions(({ context, enqueue }) => {
      if (context.linkAttempt !== 0 || context.toldOffAir) return
      const event = context.everLinked ? 'reconnecting' : 'searching'
      enqueue({ type: 'notify', params: { event, attempt: Math.max(context.roundsBegun, 1) } })
    }),
    finishRound: base.enqueueActions(({ context, enqueue }) => {
      if (!context.discovering) return
      enqueue.assign({ discovering: false, roundsDone: context.roundsDone + 1 })
      const restMs = backoffMs(context.roundsBegun, context.backoffMinMs, context.backoffMaxMs)
      enqueue({ type: 'start-timer', params: { id: 'discovery', ms: restMs + context.jitterMs } })
    }),
    endDiscovery: base.enqueueActions(({ context, enqueue }) => {
      enqueue(context.discovering ? 'stop-discovery' : { type: 'stop-timer', params: { id: 'discovery' } })
      enqueue.assign({ discovering: false, roundsBegun: 0, roundsDone: 0 })
    }),

    takeLink: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'ATTEMPT_PROVEN') return
      const proven = context.inFlight.find(({ attempt }) => attempt === event.attempt)
      enqueue.assign({
        inFlight: context.inFlight.filter((other) => other !== proven),
        candidates: markProven(forgiveAll(context.candidates), proven?.key ?? event.key),
        linkAttempt: event.attempt,
        tentative: false,
        everLinked: true,
        toldOffAir: false,
      })
      enqueue({ type: 'adopt', params: { attempt: event.attempt } })
    }),
    /** It takes the number of an attempt, for its loss will name one. */
    takeRoute: base.enqueueActions(({ context, enqueue }) => {
      const attempt = context.lastAttempt + 1
      enqueue.assign({
        lastAttempt: attempt,
        linkAttempt: attempt,
        tentative: true,
        everLinked: true,
        toldOffAir: false,
      })
      enqueue({ type: 'adopt', params: { attempt } })
    }),
    abandonAll: base.enqueueActions(({ context, enqueue }) => {
      for (const { attempt } of context.inFlight) enqueue({ type: 'abandon', params: { attempt } })
      enqueue.assign({ inFlight: [] })
    }),
    stopStagger: base.enqueueActions(({ enqueue }) => {
      enqueue({ type: 'stop-timer', params: { id: 'stagger' } })
    }),
    recordFailure: base.assign(({ context, event }) => {
      if (event.type !== 'ATTEMPT_FAILED') return {}
      const failed = context.inFlight.find(({ attempt }) => attempt === event.attempt)
      return {
        inFlight: context.inFlight.filter((other) => other !== failed),
        candidates: failed === undefined ? context.candidates : coolDown(context, failed.key, context),
        answers: isHopelessDial(event.reason),
      }
    }),
    /** Said once a search: a whole round is over, and whoever it or an earlier one found has failed. */
    noticeOffAir: base.enqueueActions(({ context, enqueue }) => {
      const hopeless = context.roundsDone > 0 && allFailed(context)
      if (!hopeless || context.answers || context.toldOffAir || context.linkAttempt !== 0) return
      enqueue.assign({ toldOffAir: true })
      enqueue({ type: 'notify', params: { event: 'off-air', attempt: context.roundsBegun } })
    }),
    loseLink: base.assign({ linkAttempt: 0, tentative: false }),
    trustLink: base.assign({ tentative: false }),

    waitJitter: base.enqueueActions(({ event, enqueue }) => {
      const ms = event.type === 'LINK_LOST' ? (event.jitterMs ?? 0) : 0
      enqueue.assign({ paced: true })
      enqueue({ type: 'start-timer', params: { id: 'stagger', ms } })
    }),
    startStagger: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'stagger', ms: context.staggerMs } })
    }),
  },
})

const endDialling = ['abandonAll', 'endDiscovery', 'stopStagger'] as const
const dialAtOnce = ['dialNext', 'startStagger'] as const
const searchAgain = ['loseLink', 'forgiveAll', 'startRound', 'tellSearching'] as const

/** What both dialling states do alike. */
const whileDialling = {
  CANDIDATE: [{ guard: 'isPaced', actions: 'remember' }, { actions: ['remember', ...dialAtOnce] }],
  MOVED: [{ guard: 'isPaced', actions: 'forgiveMoved' }, { actions: ['forgiveMoved', ...dialAtOnce] }],
  DISCOVERY_DONE: { actions: ['finishRound', 'noticeOffAir'] },
  ATTEMPT_ANSWERED: [
    { guard: 'isHopeless', actions: ['noteAnswer', ...dialAtOnce] },
    { guard: 'isInFlight', actions: 'noteAnswer' },
  ],
  REACHABLE: [{ guard: 'isLottery', actions: ['outdate', ...dialAtOnce] }, { actions: 'outdate' }],
  ATTEMPT_FAILED: [
    { guard: 'isOutdated', actions: ['dropAttempt', ...dialAtOnce] },
    { guard: 'isInFlight', actions: ['recordFailure', 'dialUntried', 'noticeOffAir'] },
  ],
  ATTEMPT_PROVEN: { guard: 'isInFlight', target: 'linked', actions: ['takeLink', ...endDialling] },
  // Nothing says yet that audio can come that way: dials go on beside it.
  ROUTE_PROVEN: { target: 'redialing', actions: 'takeRoute' },
  NETWORK_CHANGED: { actions: ['abandonAll', 'forgiveAll', 'endDiscovery', 'startRound', ...dialAtOnce] },
  STOP: { target: 'stopped', actions: endDialling },
  timer: [
    { guard: { type: 'timerIs', params: { id: 'stagger' } }, actions: ['countTick', ...dialAtOnce] },
    { guard: { type: 'timerIs', params: { id: 'discovery' } }, actions: ['startRound', 'tellSearching'] },
  ],
} as const

/** Finds the station and holds one proven link to it. Never gives up while it is wanted. */
export const reconnectMachine: EffectMachine<
  ReconnectContext,
  ReconnectEvent,
  ReconnectState,
  ReconnectInput,
  ReconnectEffect
> = machineSetup.createMachine({
  id: 'reconnect',
  context: ({ input }) => ({
    staggerMs: 300,
    maxInFlight: 4,
    repeatMs: 4000,
    suspectRepeatMs: 900,
    coolDownMs: 1000,
    backoffMinMs: 1000,
    backoffMaxMs: 5000,
    jitterMs: 0,
    ...input,
    candidates: [],
    inFlight: [],
    tick: 0,
    lastAttempt: 0,
    paced: false,
    discovering: false,
    roundsBegun: 0,
    roundsDone: 0,
    linkAttempt: 0,
    tentative: false,
    answers: false,
    everLinked: false,
    toldOffAir: false,
  }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        CANDIDATE: { actions: 'remember' },
        START: { target: 'searching', actions: ['startRound', 'tellSearching', ...dialAtOnce] },
        STOP: { target: 'stopped' },
      },
    },
    searching: { on: { ...whileDialling } },
    linked: {
      on: {
        CANDIDATE: { actions: 'remember' },
        LINK_LOST: [
          { guard: 'isCurrentLinkWithJitter', target: 'searching', actions: [...searchAgain, 'waitJitter'] },
          { guard: 'isCurrentLink', target: 'searching', actions: [...searchAgain, ...dialAtOnce] },
        ],
        REDIAL: { target: 'redialing', actions: ['forgiveAll', 'startRound', ...dialAtOnce] },
        NETWORK_CHANGED: { target: 'redialing', actions: ['forgiveAll', 'startRound', ...dialAtOnce] },
        STOP: { target: 'stopped' },
      },
    },
    redialing: {
      on: {
        ...whileDialling,
        LINK_ALIVE: { target: 'linked', actions: ['trustLink', ...endDialling] },
        LINK_LOST: { guard: 'isCurrentLink', target: 'searching', actions: ['loseLink', 'tellSearching'] },
      },
    },
    stopped: { type: 'final' },
  },
})

function isCurrentLink(context: ReconnectContext, event: ReconnectEvent): boolean {
  return event.type === 'LINK_LOST' && (event.attempt === undefined || event.attempt === context.linkAttempt)
}

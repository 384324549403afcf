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
import {
  allFailed,
  chooseDial,
  chooseUntried,
  coolDown,
  forgiveAll,
  markProven,
  remember,
  type CandidateSource,
  type DialChoice,
  type DialLimits,
  type DialPool,
} from './reconnect-policy.ts'

export interface ReconnectInput {
  /** A new attempt each so many ms while nothing is proven. Default 300. */
  readonly staggerMs?: number
  /** Dials at one time. Default 4. */
  readonly maxInFlight?: number
  /** First rest of a key that failed; doubles with each failure up to `backoffMaxMs`. Default 1000. */
  readonly coolDownMs?: number
  /** Rest between the first two discovery rounds. Default 1000. */
  readonly backoffMinMs?: number
  /** Longest rest between two discovery rounds, and of a key that failed. Default 5000. */
  readonly backoffMaxMs?: number
  /** Added to each rest between discovery rounds, drawn once by the adapter, so that listeners do not search in step. Default 0. */
  readonly jitterMs?: number
}

type TimerId = 'stagger' | 'discovery'

export type ReconnectEvent =
  | { type: 'START' }
  /** Somebody who may be the station; `key` is hex. Repeats are welcome. */
  | { type: 'CANDIDATE'; key: string; source: CandidateSource }
  /** One discovery round ended by itself. */
  | { type: 'DISCOVERY_DONE'; found: number }
  | { type: 'ATTEMPT_FAILED'; attempt: number; key: string; reason: string }
  | { type: 'ATTEMPT_PROVEN'; attempt: number; key: string }
  /** The adopted link is gone. `jitterMs` delays the first dial, so that a whole audience does not return at once. */
  | { type: 'LINK_LOST'; reason: string; attempt?: number; jitterMs?: number }
  /** The link is open but suspect (media silent, address changed): dial again beside it. */
  | { type: 'REDIAL'; reason: string }
  /** The suspect link has delivered again: stop dialling. */
  | { type: 'LINK_ALIVE' }
  | { type: 'NETWORK_CHANGED' }
  | { type: 'STOP' }
  | TimerEvent<TimerId>

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
  | StartTimer<TimerId>
  | StopTimer<TimerId>

export interface ReconnectContext extends DialPool, DialLimits {
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
  readonly everLinked: boolean
  /** The listener was told that the station is off air. */
  readonly toldOffAir: boolean
}

export type ReconnectState = 'idle' | 'searching' | 'linked' | 'redialing' | 'stopped'

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
  types: {
    context: {} as ReconnectContext,
    events: {} as ReconnectEvent,
    input: {} as ReconnectInput,
  },
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: TimerId }) => event.type === 'timer' && event.id === params.id,
    isInFlight: ({ context, event }) =>
      'attempt' in event && context.inFlight.some(({ attempt }) => attempt === event.attempt),
    isPaced: ({ context }) => context.paced,
    isCurrentLink: ({ context, event }) => isCurrentLink(context, event),
    isCurrentLinkWithJitter: ({ context, event }) =>
      isCurrentLink(context, event) && event.type === 'LINK_LOST' && (event.jitterMs ?? 0) > 0,
  },
})

/** Dials what `choose` picks, if anything, and notes that this tick has been used. */
const dialWith = (choose: (pool: DialPool, limits: DialLimits) => DialChoice | undefined) =>
  base.enqueueActions(({ context, enqueue }) => {
    const choice = choose(context, context)
    if (choice === undefined) return
    const attempt = context.lastAttempt + 1
    if (choice.abandon !== undefined) enqueue({ type: 'abandon', params: { attempt: choice.abandon } })
    const kept = context.inFlight.filter((other) => other.attempt !== choice.abandon)
    enqueue.assign({
      lastAttempt: attempt,
      paced: true,
      inFlight: [...kept, { attempt, key: choice.key }],
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
    countTick: base.assign({ tick: ({ context }) => context.tick + 1, paced: false }),
    dialNext: dialWith(chooseDial),
    dialUntried: dialWith(chooseUntried),

    /** One more discovery round; a running one goes on. */
    startRound: base.enqueueActions(({ context, enqueue }) => {
      if (context.discovering) return
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
        everLinked: true,
        toldOffAir: false,
      })
      enqueue({ type: 'adopt', params: { attempt: event.attempt } })
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
      }
    }),
    /** Said once a search: a whole round is over, and whoever it or an earlier one found has failed. */
    noticeOffAir: base.enqueueActions(({ context, enqueue }) => {
      const hopeless = context.roundsDone > 0 && allFailed(context)
      if (!hopeless || context.toldOffAir || context.linkAttempt !== 0) return
      enqueue.assign({ toldOffAir: true })
      enqueue({ type: 'notify', params: { event: 'off-air', attempt: context.roundsBegun } })
    }),
    loseLink: base.assign({ linkAttempt: 0 }),

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
  DISCOVERY_DONE: { actions: ['finishRound', 'noticeOffAir'] },
  ATTEMPT_FAILED: { guard: 'isInFlight', actions: ['recordFailure', 'dialUntried', 'noticeOffAir'] },
  ATTEMPT_PROVEN: { guard: 'isInFlight', target: 'linked', actions: ['takeLink', ...endDialling] },
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
        LINK_ALIVE: { target: 'linked', actions: endDialling },
        LINK_LOST: { guard: 'isCurrentLink', target: 'searching', actions: ['loseLink', 'tellSearching'] },
      },
    },
    stopped: { type: 'final' },
  },
})

function isCurrentLink(context: ReconnectContext, event: ReconnectEvent): boolean {
  return event.type === 'LINK_LOST' && (event.attempt === undefined || event.attempt === context.linkAttempt)
}

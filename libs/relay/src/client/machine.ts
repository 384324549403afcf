import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import { and, not, setup } from 'xstate'
import type {
  ClientContext,
  ClientEffect,
  ClientEvent,
  ClientInput,
  ClientState,
  ClientTimer,
  PickRole,
  SwitchCause,
} from './types.ts'

const effects: EffectActions<ClientEffect> = {
  search: effect,
  pick: effect,
  join: effect,
  abandon: effect,
  activate: effect,
  rest: effect,
  leave: effect,
  adopt: effect,
  spare: effect,
  orphaned: effect,
  distrust: effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<ClientContext, ClientEvent, ClientInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: ClientTimer }) => event.type === 'timer' && event.id === params.id,
    isPrimary: ({ context, event }) => 'key' in event && event.key === context.primary,
    isSecond: ({ context, event }) => 'key' in event && event.key === context.second,
    isNext: ({ context, event }) => 'key' in event && event.key === context.next,
    isJoining: ({ context, event }) => 'key' in event && context.joining.some(({ key }) => key === event.key),
    isJoiningAs: ({ context, event }, params: { role: PickRole }) =>
      'key' in event && context.joining.some(({ key, role }) => key === event.key && role === params.role),
    feedsOthers: ({ event }) => event.type === 'JOINED' && event.feeds,
    hasPrimary: ({ context }) => context.primary !== undefined,
    hasSecond: ({ context }) => context.second !== undefined,
    hasNext: ({ context }) => context.next !== undefined,
    nobodyJoins: ({ context }) => context.joining.length === 0,
    isAhead: ({ context }) => context.cause === 'ahead',
    nextSends: ({ context }) => context.sends,
    isWithdrawn: ({ context }) => context.cause === 'withdrawn',
    roleIs: ({ event }, params: { role: PickRole }) => 'role' in event && event.role === params.role,
  },
})

/** A second parent is no haste: fewer are asked for it than for the first. */
const SECONDS_AT_ONCE = 2

const startTimer = (id: ClientTimer, length: keyof ClientContext & `${string}Ms`) =>
  base.enqueueActions(({ context, enqueue }) => {
    enqueue({ type: 'start-timer', params: { id, ms: context[length] } })
  })

/** The second sends audio from now on; it becomes the primary when it delivers. */
const secondTakesOver = (cause: SwitchCause) =>
  base.enqueueActions(({ context, enqueue }) => {
    const { second } = context
    enqueue.assign({ cause, rested: false, sends: false })
    if (second === undefined) return
    enqueue.assign({ next: second, second: undefined })
    enqueue({ type: 'activate', params: { key: second } })
  })

/** What the client does, in pieces that read the context as the piece before them left it. */
const clientSetup = base.extend({
  actions: {
    /** Asks whoever was found for a place, unless enough are being asked. */
    askToJoin: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'FOUND' || context.joining.length >= context.maxJoining) return
      const { key, role } = event
      const { joining, next, primary, second } = context
      if ([primary, second, next].includes(key) || joining.some((other) => other.key === key)) return
      enqueue.assign({ joining: [...joining, { key, role }] })
      enqueue({ type: 'join', params: { key, standby: role === 'second' } })
      // One that is gone answers after ten seconds, or not at all: meanwhile another is asked.
      if (role === 'second') enqueue({ type: 'start-timer', params: { id: 'spare', ms: context.spareMs } })
    }),
    askBetter: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'BETTER' || context.joining.length > 0 || event.key === context.primary) return
      enqueue.assign({ joining: [{ key: event.key, role: 'better' }], cause: 'better' })
      enqueue({ type: 'join', params: { key: event.key, standby: false } })
    }),
    dropJoin: base.assign(({ context, event }) =>
      'key' in event ? { joining: context.joining.filter(({ key }) => key !== event.key) } : {},
    ),
    abandonAll: base.enqueueActions(({ context, enqueue }) => {
      for (const { key } of context.joining) enqueue({ type: 'abandon', params: { key } })
      enqueue.assign({ joining: [] })
    }),

    pickSecond: base.enqueueActions(({ context, enqueue }) => {
      const { joining, second } = context
      const isRoom = joining.length < SECONDS_AT_ONCE && joining.every(({ role }) => role === 'second')
      if (second === undefined && isRoom) enqueue({ type: 'pick', params: { role: 'second' } })
    }),
    waitStagger: startTimer('pick', 'staggerMs'),
    waitRetry: startTimer('pick', 'retryMs'),
    waitJitter: startTimer('pick', 'jitterMs'),
    waitSpare: startTimer('spare', 'spareMs'),
    startDead: startTimer('dead', 'deadMs'),
    startSwitch: startTimer('switch', 'switchMs'),
    noteJitter: base.assign(({ event }) => ('jitterMs' in event ? { jitterMs: event.jitterMs } : {})),
    noteSilent: base.assign({ cause: 'silent' }),
    noteSends: base.assign({ sends: true }),
    noteWithdrawn: base.assign({ cause: 'withdrawn' }),

    /** The one that joined is to take over; one that was asked before it and has not delivered makes room. */
    takeNext: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'JOINED') return
      if (context.next !== undefined) enqueue({ type: 'leave', params: { key: context.next } })
      enqueue.assign({
        next: event.key,
        joining: context.joining.filter(({ key }) => key !== event.key),
        rested: false,
        sends: false,
      })
      enqueue({ type: 'activate', params: { key: event.key } })
    }),
    takeOverSilent: secondTakesOver('silent'),
    takeOverAhead: secondTakesOver('ahead'),
    takeOverWithdrawn: secondTakesOver('withdrawn'),
    takeOverBetter: secondTakesOver('better'),
    takeSecond: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'JOINED') return
      for (const { key } of context.joining)
        if (key !== event.key) enqueue({ type: 'abandon', params: { key } })
      enqueue.assign({ second: event.key, joining: [] })
      enqueue({ type: 'rest', params: { key: event.key } })
      enqueue({ type: 'spare', params: { key: event.key } })
    }),

    distrustGuilty: base.enqueueActions(({ event, enqueue }) => {
      if (event.type === 'GUILTY')
        enqueue({ type: 'distrust', params: { key: event.key, reason: event.reason } })
    }),
    losePrimary: base.enqueueActions(({ context, event, enqueue }) => {
      if (context.primary === undefined) return
      if (event.type !== 'LOST') enqueue({ type: 'leave', params: { key: context.primary } })
      enqueue.assign({ primary: undefined })
      enqueue('orphaned')
    }),
    dropSecond: base.enqueueActions(({ context, event, enqueue }) => {
      if (context.second === undefined) return
      if (event.type !== 'LOST') enqueue({ type: 'leave', params: { key: context.second } })
      enqueue.assign({ second: undefined })
    }),
    dropNext: base.enqueueActions(({ context, event, enqueue }) => {
      if (context.next === undefined) return
      if (event.type !== 'LOST') enqueue({ type: 'leave', params: { key: context.next } })
      enqueue.assign({ next: undefined })
    }),

    /**
     * Make before break, where the old parent wants its place back: it stops, and what the next one sends is new from here
     * on. Nobody does that for a better place: all below would hear the difference of the two ways.
     */
    restPrimary: base.enqueueActions(({ context, enqueue }) => {
      const { cause, primary, rested } = context
      if (primary === undefined || rested || cause !== 'withdrawn') return
      enqueue.assign({ rested: true })
      enqueue({ type: 'rest', params: { key: primary } })
    }),
    wakePrimary: base.enqueueActions(({ context, enqueue }) => {
      if (context.primary === undefined || !context.rested) return
      enqueue.assign({ rested: false })
      enqueue({ type: 'activate', params: { key: context.primary } })
    }),
    /** The one that was to take over goes back to being the warm second. */
    restNext: base.enqueueActions(({ context, enqueue }) => {
      const { next, second } = context
      if (next === undefined) return
      enqueue.assign({ next: undefined, second: second ?? next })
      enqueue({ type: second === undefined ? 'rest' : 'leave', params: { key: next } })
    }),
    /** It said that it had more, and did not send it. */
    blameNext: base.enqueueActions(({ context, enqueue }) => {
      const { next } = context
      if (next === undefined) return
      enqueue.assign({ next: undefined })
      enqueue({ type: 'distrust', params: { key: next, reason: 'lied-head' } })
      enqueue({ type: 'leave', params: { key: next } })
    }),
    promote: base.enqueueActions(({ context, enqueue }) => {
      const { cause, next, primary, second } = context
      if (next === undefined) return
      const keepsOld = primary !== undefined && second === undefined && cause === 'better'
      enqueue.assign({ primary: next, next: undefined, rested: false, cause: 'silent' })
      if (primary !== undefined && cause === 'ahead') {
        enqueue({ type: 'distrust', params: { key: primary, reason: 'withheld' } })
      }
      if (keepsOld) {
        enqueue.assign({ second: primary })
        enqueue({ type: 'rest', params: { key: primary } })
      } else if (primary !== undefined) enqueue({ type: 'leave', params: { key: primary } })
      enqueue({ type: 'adopt', params: { key: next, cause: primary === undefined ? 'lost' : cause } })
      if (keepsOld) enqueue({ type: 'spare', params: { key: primary } })
    }),
    becomePrimary: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'JOINED') return
      const joining = context.joining.filter(({ key }) => key !== event.key)
      enqueue.assign({ primary: event.key, joining })
      enqueue({ type: 'activate', params: { key: event.key } })
      enqueue({ type: 'adopt', params: { key: event.key, cause: 'first' } })
    }),
    leaveAll: base.enqueueActions(({ context, enqueue }) => {
      for (const { key } of context.joining) enqueue({ type: 'abandon', params: { key } })
      for (const key of [context.primary, context.second, context.next]) {
        if (key !== undefined) enqueue({ type: 'leave', params: { key } })
      }
      for (const id of ['pick', 'spare', 'switch', 'dead'] as const) {
        enqueue({ type: 'stop-timer', params: { id } })
      }
      enqueue.assign({ primary: undefined, second: undefined, next: undefined, joining: [] })
    }),
  },
})

const pick = <R extends PickRole>(role: R) => ({ type: 'pick', params: { role } }) as const
const stop = <I extends ClientTimer>(id: I) => ({ type: 'stop-timer', params: { id } }) as const
const timer = <I extends ClientTimer>(id: I) => ({ type: 'timerIs', params: { id } }) as const

const lookFor = [pick('first'), 'waitStagger'] as const
const lookElsewhere = [pick('better'), 'waitStagger'] as const
const settle = ['abandonAll', stop('pick'), stop('dead'), stop('switch'), 'pickSecond'] as const
const replaceSecond = ['dropSecond', 'waitSpare'] as const
const backToPrimary = ['wakePrimary', stop('switch'), 'waitSpare'] as const
const stopped = { STOP: { target: 'stopped', actions: 'leaveAll' } } as const

const joinsAsBetter = { type: 'isJoiningAs', params: { role: 'better' } } as const
const nobodyBetter = { type: 'roleIs', params: { role: 'better' } } as const
const primaryWithSecond = and(['isPrimary', 'hasSecond'])
const primaryWithNext = and(['isPrimary', 'hasNext'])
const nextWithPrimary = and(['isNext', 'hasPrimary'])

/** In `suspect` the parent that was to take over fails as well. */
const loseNext = [
  { guard: nextWithPrimary, actions: ['distrustGuilty', 'dropNext', ...lookFor] },
  {
    guard: 'isNext',
    target: 'seeking',
    actions: ['noteJitter', 'distrustGuilty', 'dropNext', stop('dead'), 'search', 'waitJitter'],
  },
  { guard: 'isSecond', actions: ['distrustGuilty', 'dropSecond'] },
] as const

/** In `suspect` the silent parent turns out to be gone, or worse. */
const losePrimary = [
  { guard: primaryWithNext, actions: ['distrustGuilty', 'losePrimary', 'startDead'] },
  {
    guard: 'isPrimary',
    target: 'seeking',
    actions: ['noteJitter', 'distrustGuilty', 'losePrimary', stop('dead'), 'search', 'waitJitter'],
  },
] as const

/** In `switching` the parent that was to take over fails: the old one goes on. */
const keepPrimary = [
  { guard: 'isNext', target: 'live', actions: ['distrustGuilty', 'dropNext', ...backToPrimary] },
  { guard: 'isSecond', actions: ['distrustGuilty', 'dropSecond'] },
] as const

/**
 * One primary parent that sends the audio and a warm second that could. A parent is the primary only once a frame of it
 * is nearer to the source than what we have (`DELIVERS`), so no sequence of events closes a loop.
 */
export const clientMachine: EffectMachine<
  ClientContext,
  ClientEvent,
  ClientState,
  ClientInput,
  ClientEffect
> = clientSetup.createMachine({
  id: 'client',
  context: ({ input }) => ({
    staggerMs: 300,
    maxJoining: 5,
    retryMs: 1000,
    spareMs: 2000,
    switchMs: 2000,
    deadMs: 1500,
    ...input,
    primary: undefined,
    second: undefined,
    next: undefined,
    cause: 'silent',
    rested: false,
    sends: false,
    joining: [],
    jitterMs: 0,
  }),
  initial: 'idle',
  states: {
    idle: {
      on: { ...stopped, START: { target: 'seeking', actions: ['search', ...lookFor] } },
    },
    seeking: {
      on: {
        ...stopped,
        FOUND: { actions: 'askToJoin' },
        NOBODY: { guard: 'nobodyJoins', actions: ['search', 'waitRetry'] },
        KNOWN: { guard: 'nobodyJoins', actions: [...lookFor] },
        timer: { guard: timer('pick'), actions: [...lookFor] },
        JOINED: [
          {
            // Its list may be older than what became of its own parents: it could hang on us.
            guard: and(['isJoining', 'feedsOthers']),
            target: 'suspect',
            actions: ['noteSilent', 'takeNext', 'abandonAll', stop('pick'), 'startDead'],
          },
          { guard: 'isJoining', target: 'live', actions: ['becomePrimary', ...settle] },
        ],
        JOIN_FAILED: { guard: 'isJoining', actions: ['dropJoin', pick('first')] },
      },
    },
    live: {
      on: {
        ...stopped,
        FOUND: { actions: 'askToJoin' },
        NOBODY: [
          // Only in need: a second that starts overdraws the budget of its parent.
          {
            guard: and([nobodyBetter, 'isWithdrawn', 'hasSecond']),
            target: 'switching',
            actions: ['takeOverWithdrawn', stop('pick'), 'startSwitch'],
          },
          { actions: 'waitSpare' },
        ],
        timer: [
          { guard: timer('spare'), actions: 'pickSecond' },
          { guard: and([timer('pick'), 'isWithdrawn']), actions: [...lookElsewhere] },
        ],
        JOINED: [
          {
            guard: joinsAsBetter,
            target: 'switching',
            actions: ['takeNext', 'abandonAll', stop('pick'), 'startSwitch'],
          },
          { guard: 'isJoining', actions: 'takeSecond' },
        ],
        JOIN_FAILED: [
          { guard: and([joinsAsBetter, 'isWithdrawn']), actions: ['dropJoin', pick('better')] },
          { guard: joinsAsBetter, actions: ['dropJoin', 'waitSpare'] },
          { guard: 'isJoining', actions: ['dropJoin', 'pickSecond'] },
        ],
        SILENT: [
          {
            guard: primaryWithSecond,
            target: 'suspect',
            actions: ['noteJitter', 'abandonAll', 'takeOverSilent', 'startDead'],
          },
          {
            guard: 'isPrimary',
            target: 'suspect',
            actions: ['noteJitter', 'abandonAll', 'takeOverSilent', 'startDead', 'search', ...lookFor],
          },
          { guard: 'isSecond', actions: [...replaceSecond] },
        ],
        AHEAD: {
          guard: 'isSecond',
          target: 'switching',
          actions: ['abandonAll', 'takeOverAhead', 'startSwitch'],
        },
        WITHDRAWN: [
          { guard: 'isSecond', actions: [...replaceSecond] },
          {
            guard: 'isPrimary',
            actions: ['abandonAll', 'noteWithdrawn', 'search', ...lookElsewhere],
          },
        ],
        GUILTY: [
          {
            guard: primaryWithSecond,
            target: 'suspect',
            actions: ['distrustGuilty', 'abandonAll', 'takeOverSilent', 'losePrimary', 'startDead'],
          },
          {
            guard: 'isPrimary',
            target: 'seeking',
            actions: ['distrustGuilty', 'abandonAll', 'losePrimary', 'search', ...lookFor],
          },
          { guard: 'isSecond', actions: ['distrustGuilty', ...replaceSecond] },
        ],
        LOST: [
          {
            guard: primaryWithSecond,
            target: 'suspect',
            actions: ['noteJitter', 'abandonAll', 'takeOverSilent', 'losePrimary', 'startDead'],
          },
          {
            guard: 'isPrimary',
            target: 'seeking',
            actions: ['noteJitter', 'abandonAll', 'losePrimary', 'search', 'waitJitter'],
          },
          { guard: 'isSecond', actions: [...replaceSecond] },
        ],
        BETTER: [
          {
            guard: 'isSecond',
            target: 'switching',
            actions: ['abandonAll', 'takeOverBetter', 'startSwitch'],
          },
          { actions: 'askBetter' },
        ],
      },
    },
    switching: {
      on: {
        ...stopped,
        DELIVERS: { guard: 'isNext', target: 'live', actions: ['promote', ...settle] },
        COPIES: { guard: 'isNext', actions: ['noteSends', 'restPrimary'] },
        timer: [
          {
            // One that sends all we have was ahead; meanwhile the primary caught up.
            guard: and([timer('switch'), 'isAhead', not('nextSends')]),
            target: 'live',
            actions: ['blameNext', ...backToPrimary],
          },
          { guard: timer('switch'), target: 'live', actions: ['restNext', ...backToPrimary] },
        ],
        SILENT: [
          {
            guard: 'isPrimary',
            target: 'suspect',
            actions: ['noteJitter', stop('switch'), 'noteSilent', 'startDead'],
          },
          ...keepPrimary,
        ],
        WITHDRAWN: [...keepPrimary],
        GUILTY: [
          {
            guard: 'isPrimary',
            target: 'suspect',
            actions: ['distrustGuilty', stop('switch'), 'losePrimary', 'startDead'],
          },
          ...keepPrimary,
        ],
        LOST: [
          {
            guard: 'isPrimary',
            target: 'suspect',
            actions: ['noteJitter', stop('switch'), 'losePrimary', 'startDead'],
          },
          ...keepPrimary,
        ],
      },
    },
    suspect: {
      on: {
        ...stopped,
        FOUND: { actions: 'askToJoin' },
        NOBODY: { guard: 'nobodyJoins', actions: ['search', 'waitRetry'] },
        KNOWN: { guard: 'nobodyJoins', actions: [...lookFor] },
        ALIVE: {
          guard: 'isPrimary',
          target: 'live',
          actions: ['restNext', 'wakePrimary', ...settle],
        },
        DELIVERS: { guard: 'isNext', target: 'live', actions: ['promote', ...settle] },
        JOINED: { guard: 'isJoining', actions: 'takeNext' },
        JOIN_FAILED: { guard: 'isJoining', actions: ['dropJoin', pick('first')] },
        timer: [
          { guard: timer('pick'), actions: [...lookFor] },
          { guard: and([timer('dead'), 'hasNext']), actions: ['losePrimary', 'startDead', ...lookFor] },
          {
            guard: timer('dead'),
            target: 'seeking',
            actions: ['losePrimary', 'search', 'waitJitter'],
          },
        ],
        SILENT: [...loseNext],
        WITHDRAWN: [...loseNext],
        GUILTY: [...losePrimary, ...loseNext],
        LOST: [...losePrimary, ...loseNext],
      },
    },
    stopped: { type: 'final' },
  },
})

import type { EffectMachine } from '@pearcast/fsm'
import { and } from 'xstate'
import { clientSetup } from './actions.ts'
import type {
  ClientContext,
  ClientEffect,
  ClientEvent,
  ClientInput,
  ClientState,
  ClientTimer,
  PickRole,
} from './types.ts'

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
        JOINED: { guard: 'isJoining', target: 'live', actions: ['becomePrimary', ...settle] },
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
            actions: ['abandonAll', 'noteWithdrawn', ...lookElsewhere],
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
        COPIES: { guard: 'isNext', actions: 'restPrimary' },
        timer: [
          {
            guard: and([timer('switch'), 'isAhead']),
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

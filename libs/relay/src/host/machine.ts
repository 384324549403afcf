import { effect, type EffectActions, type EffectMachine, typesOf } from '@pearcast/fsm'
import { and, setup } from 'xstate'
import type { HostContext, HostEffect, HostEvent, HostInput, HostState, HostTimer } from './types.ts'

const effects: EffectActions<HostEffect> = {
  announce: effect,
  unannounce: effect,
  'move-all': effect,
  'drop-all': effect,
  drained: effect,
  'start-timer': effect,
  'stop-timer': effect,
}

const base = setup({
  types: typesOf<HostContext, HostEvent, HostInput>(),
  actions: effects,
  guards: {
    timerIs: ({ event }, params: { id: HostTimer }) => event.type === 'timer' && event.id === params.id,
    isFit: ({ context }) => context.fit,
    isFed: ({ context }) => context.fed,
    isEnding: ({ context }) => context.ending,
  },
})

const startTimer = (id: HostTimer, length: 'starvedMs' | 'drainMs') =>
  base.enqueueActions(({ context, enqueue }) => {
    enqueue({ type: 'start-timer', params: { id, ms: context[length] } })
  })

const machineSetup = base.extend({
  actions: {
    becomeFit: base.assign({ fit: true }),
    becomeUnfit: base.assign({ fit: false }),
    becomeFed: base.assign({ fed: true }),
    becomeStarved: base.assign({ fed: false }),
    beginEnd: base.assign({ ending: true }),
    waitForFeed: startTimer('starved', 'starvedMs'),
    waitForChildren: startTimer('drain', 'drainMs'),
  },
})

const stop = <I extends HostTimer>(id: I) => ({ type: 'stop-timer', params: { id } }) as const
const timer = <I extends HostTimer>(id: I) => ({ type: 'timerIs', params: { id } }) as const
const empty = ['unannounce', 'move-all', stop('starved'), 'waitForChildren'] as const
/** Whoever still sits there is told to go, in every state that has children. */
const end = ['unannounce', 'drop-all', stop('starved'), stop('drain')] as const

/** Whether this peer serves others, and how it stops. The broadcaster hosts as everybody does, only that it is fed. */
export const hostMachine: EffectMachine<HostContext, HostEvent, HostState, HostInput, HostEffect> =
  machineSetup.createMachine({
    id: 'host',
    context: ({ input }) => ({
      fed: false,
      starvedMs: 4000,
      drainMs: 10_000,
      ...input,
      fit: false,
      ending: false,
    }),
    initial: 'leaf',
    on: {
      FED: { actions: 'becomeFed' },
      STARVED: { actions: 'becomeStarved' },
      FIT: { actions: 'becomeFit' },
      UNFIT: { actions: 'becomeUnfit' },
    },
    states: {
      leaf: {
        on: {
          FIT: [
            { guard: 'isFed', target: 'open', actions: ['becomeFit', 'announce'] },
            { target: 'waiting', actions: 'becomeFit' },
          ],
          DRAIN: { target: 'stopped', actions: 'drained' },
          STOP: { target: 'stopped' },
        },
      },
      waiting: {
        on: {
          FED: { target: 'open', actions: ['becomeFed', 'announce'] },
          UNFIT: { target: 'leaf', actions: 'becomeUnfit' },
          DRAIN: { target: 'stopped', actions: 'drained' },
          STOP: { target: 'stopped' },
        },
      },
      open: {
        on: {
          STARVED: { actions: ['becomeStarved', 'waitForFeed'] },
          FED: { actions: ['becomeFed', stop('starved')] },
          timer: { guard: timer('starved'), target: 'draining', actions: [...empty] },
          UNFIT: { target: 'draining', actions: ['becomeUnfit', ...empty] },
          DRAIN: { target: 'draining', actions: ['beginEnd', ...empty] },
          STOP: { target: 'stopped', actions: [...end] },
        },
      },
      draining: {
        on: {
          DRAIN: { actions: 'beginEnd' },
          EMPTY: [
            { guard: 'isEnding', target: 'stopped', actions: [stop('drain'), 'drained'] },
            { guard: and(['isFit', 'isFed']), target: 'open', actions: [stop('drain'), 'announce'] },
            { guard: 'isFit', target: 'waiting', actions: stop('drain') },
            { target: 'leaf', actions: stop('drain') },
          ],
          // Dropping the last child makes it EMPTY.
          timer: { guard: timer('drain'), actions: 'drop-all' },
          STOP: { target: 'stopped', actions: [...end] },
        },
      },
      stopped: { type: 'final' },
    },
  })

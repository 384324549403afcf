import { setup } from 'xstate'
import {
  effect,
  type EffectMachine,
  type StartTimer,
  type StopTimer,
  type TimerEvent,
  typesOf,
} from '../effect-machine.ts'

export type LampEvent =
  { type: 'PRESS' } | { type: 'LIT'; watts: number } | { type: 'CUT' } | TimerEvent<'dim'>
export type LampEffect =
  | { type: 'light' }
  | { type: 'darken' }
  | { type: 'meter'; watts: number }
  | StartTimer<'dim'>
  | StopTimer<'dim'>
export interface LampInput {
  readonly ms: number
}
export type LampState = 'dark' | 'lit' | 'cut'

const base = setup({
  types: typesOf<LampInput, LampEvent, LampInput>(),
  actions: { light: effect, darken: effect, meter: effect, 'start-timer': effect, 'stop-timer': effect },
})

const machineSetup = base.extend({
  actions: {
    startTimer: base.enqueueActions(({ context, enqueue }) => {
      enqueue({ type: 'start-timer', params: { id: 'dim', ms: context.ms } })
    }),
    meterIt: base.enqueueActions(({ event, enqueue }) => {
      if (event.type === 'LIT') enqueue({ type: 'meter', params: { watts: event.watts } })
    }),
  },
})

const stopTimer = { type: 'stop-timer', params: { id: 'dim' } } as const

/** A lamp that goes out by itself: the smallest machine with an effect, a timer and an end. */
export const lampMachine: EffectMachine<LampInput, LampEvent, LampState, LampInput, LampEffect> =
  machineSetup.createMachine({
    id: 'lamp',
    context: ({ input }) => ({ ...input }),
    initial: 'dark',
    states: {
      dark: {
        on: { PRESS: { target: 'lit', actions: ['light', 'startTimer'] }, CUT: { target: 'cut' } },
      },
      lit: {
        on: {
          PRESS: { target: 'dark', actions: ['darken', stopTimer] },
          LIT: { actions: 'meterIt' },
          timer: { target: 'dark', actions: 'darken' },
          CUT: { target: 'cut', actions: ['darken', stopTimer] },
        },
      },
      cut: { type: 'final' },
    },
  })

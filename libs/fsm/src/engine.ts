import type { EventObject, MachineContext, StateValue } from 'xstate'
import type { Effect } from './effect-machine.ts'

/** Where a machine is. */
export interface MachineState<C extends MachineContext, V extends StateValue> {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly value: V
  readonly context: C
}

/** Takes the events of all drivers of one machine: pure functions of state and event, as xstate's `transition()` is. */
export interface Engine<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
> {
  /** What the machine wants done is appended to `effects`, in its order. */
  begin(input: I, effects: F[]): MachineState<C, V>
  /** @param state one that this engine returned */
  take(state: MachineState<C, V>, event: E, effects: F[]): MachineState<C, V>
}

/** An engine that knows nothing of its machine's types. */
export type AnyEngine = Engine<MachineContext, EventObject, StateValue, unknown, Effect>

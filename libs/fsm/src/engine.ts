import type { EventObject, MachineContext, StateValue } from 'xstate'
import type { Effect, EffectMachine } from './effect-machine.ts'
import { FlatEngine } from './flat-engine.ts'
import { XstateEngine } from './xstate-engine.ts'

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

const engines = new WeakMap<object, AnyEngine>()

export function engineOf<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
>(machine: EffectMachine<C, E, V, I, F>): Engine<C, E, V, I, F> {
  const engine = engines.get(machine) ?? FlatEngine.of(machine) ?? new XstateEngine(machine)
  engines.set(machine, engine)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the types of its machine
  return engine as unknown as Engine<C, E, V, I, F>
}

import type { EventObject, MachineContext, StateValue } from 'xstate'
import type { Effect, EffectMachine } from './effect-machine.ts'
import type { AnyEngine, Engine } from './engine.ts'
import { FlatEngine } from './flat-engine.ts'
import { XstateEngine } from './xstate-engine.ts'

const engines = new WeakMap<object, AnyEngine>()

/** One for all drivers of a machine. */
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

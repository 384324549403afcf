import type { EventObject, MachineContext, SnapshotFrom, StateValue } from 'xstate'
import { createTestModel, getAdjacencyMap } from 'xstate/graph'
import { createDriver } from '../driver.ts'
import type { Effect, EffectMachine } from '../effect-machine.ts'
import { namesOfTransitions, transitionsTaken } from './transitions.ts'

export interface WalkOptions<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
> {
  readonly machine: EffectMachine<C, E, V, I, F>
  readonly input: I
  /** What may happen in a state. */
  readonly events: (snapshot: SnapshotFrom<EffectMachine<C, E, V, I, F>>) => readonly E[]
  /** What tells two states apart: counters that never end must be cut short here. */
  readonly distinguish: (context: C) => unknown
}

/** The transitions that no walk through the reachable states takes, by name. */
export function untakenTransitions<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
>(walks: readonly WalkOptions<C, E, V, I, F>[]): readonly string[] {
  const untaken = new Map(walks.flatMap(({ machine }) => [...namesOfTransitions(machine)]))
  for (const walk of walks) {
    const map = getAdjacencyMap(walk.machine, traversal(walk))
    for (const { state, transitions } of Object.values(map)) {
      for (const { event } of Object.values(transitions)) {
        for (const transition of transitionsTaken(walk.machine, state, event)) untaken.delete(transition)
      }
    }
  }
  return [...untaken.values()]
}
void createTestModel
void createDriver
function traversal<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
>(walk: WalkOptions<C, E, V, I, F>) {
  return {
    input: walk.input,
    events: walk.events,
    serializeState: (s: SnapshotFrom<EffectMachine<C, E, V, I, F>>) =>
      JSON.stringify([s.value, walk.distinguish(s.context)]),
    limit: 20_000,
  }
}

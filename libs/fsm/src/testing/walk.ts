import {
  type AnyStateMachine,
  type EventObject,
  initialTransition,
  type MachineContext,
  type StateValue,
  transition,
} from 'xstate'
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from 'xstate/graph'
import type { Effect } from '../effect-machine.ts'
import { namesOfTransitions, transitionsTaken } from './transitions.ts'

interface Snapshot<C> {
  readonly value: StateValue
  readonly status: string
  readonly context: C
}

/** A machine and everything that may happen to it. */
export interface Walk<C extends MachineContext, E extends EventObject> {
  readonly machine: AnyStateMachine
  readonly input: unknown
  /** What may happen in a state. A timer belongs here only where it runs: the driver drops any other. */
  readonly events: (snapshot: Snapshot<C>) => readonly E[]
  /** What tells two states of one name apart. Counters that never end are cut short here. */
  readonly distinguish: (context: C) => unknown
}

/** The transitions that no walk through the reachable states takes, by name. */
export function untakenTransitions<C extends MachineContext, E extends EventObject>(
  walks: readonly Walk<C, E>[],
): readonly string[] {
  const untaken = new Map(walks.flatMap(({ machine }) => [...namesOfTransitions(machine)]))
  for (const walk of walks) {
    const edges = adjacencyMapToArray(getAdjacencyMap(walk.machine, traversal(walk)))
    for (const { state, event } of edges) {
      for (const taken of transitionsTaken(walk.machine, state, event)) untaken.delete(taken)
    }
  }
  return [...untaken.values()]
}

/** A way out of a state, and what comes of it according to xstate. */
interface Edge<E> {
  /** Those of a shortest path to the state, then one more. */
  readonly events: readonly E[]
  readonly value: StateValue
  readonly context: unknown
  /** Of the last event. */
  readonly effects: readonly Effect[]
}

/** Each way out of each reachable state. */
export function everyEdge<C extends MachineContext, E extends EventObject>(
  walk: Walk<C, E>,
): readonly Edge<E>[] {
  const options = traversal(walk)
  return getShortestPaths(walk.machine, options).flatMap(({ steps }) => {
    const way = steps.map(({ event }) => event).filter(({ type }) => type !== 'xstate.init')
    // Replayed, because states that `distinguish` takes for one may differ in what the last event has to name.
    let [state] = initialTransition(walk.machine, walk.input)
    for (const event of way) [state] = transition(walk.machine, state, event)
    return options.events(state).map((event) => {
      const [{ context, value }, actions] = transition(walk.machine, state, event)
      const effects = actions.map(({ params, type }): Effect => ({ ...params, type }))
      return { events: [...way, event], value, context, effects }
    })
  })
}

function traversal<C extends MachineContext, E extends EventObject>(
  walk: Walk<C, E>,
): {
  input: unknown
  events: (snapshot: Snapshot<C>) => readonly E[]
  serializeState: (snapshot: Snapshot<C>) => string
  limit: number
} {
  return {
    input: walk.input,
    events: (snapshot) => (snapshot.status === 'active' ? walk.events(snapshot) : []),
    serializeState: ({ value, context }) => JSON.stringify([value, walk.distinguish(context)]),
    limit: 100_000,
  }
}

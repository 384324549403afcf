import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  type MachineContext,
  type StateValue,
} from 'xstate'
import type { Effect } from './effect-machine.ts'
import type { AnyEngine, MachineState } from './engine.ts'

/**
 * Any machine, taken as xstate's pure `transition()` takes it. That function builds an actor that never runs for each
 * event, which is more than half of its cost, and `initialTransition()` two; here there is one for all drivers.
 */
export class XstateEngine implements AnyEngine {
  readonly #machine: AnyStateMachine
  readonly #scope: AnyActorScope

  constructor(machine: AnyStateMachine) {
    this.#machine = machine
    this.#scope = inertScope(machine)
  }

  begin(input: unknown, effects: Effect[]): AnyMachineSnapshot {
    this.#collectIn(effects)
    return this.#machine.getInitialSnapshot(this.#scope, input)
  }

  take(
    state: MachineState<MachineContext, StateValue>,
    event: EventObject,
    effects: Effect[],
  ): AnyMachineSnapshot {
    this.#collectIn(effects)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was returned here
    return this.#machine.transition(state as AnyMachineSnapshot, event, this.#scope)
  }

  #collectIn(effects: Effect[]): void {
    this.#scope.actionExecutor = ({ params, type }) => void effects.push({ ...params, type })
  }
}

/** What xstate hands to a machine besides the event: nothing in it does anything. */
function inertScope(machine: AnyStateMachine): AnyActorScope {
  const self = createActor(machine)
  const nothing = (): void => {}
  return {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    stopChild: nothing,
    emit: nothing,
    actionExecutor: nothing,
  }
}

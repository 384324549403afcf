import {
  type AnyActorScope,
  type AnyStateMachine,
  createActor,
  initialTransition,
  type EventObject,
  type ExecutableActionObject,
  type MachineContext,
  type SnapshotFrom,
  type StateValue,
} from 'xstate'
import type { Effect, EffectMachine } from './effect-machine.ts'

/** A running machine: events in, effects out through the function given to {@link createDriver}. */
export interface MachineDriver<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
> {
  /** Takes one event. Called from within `perform` it waits until the effects before it are performed. */
  readonly send: (event: E) => void
  readonly snapshot: () => SnapshotFrom<EffectMachine<C, E, V, I, F>>
  /** Events that it took so far, ignored or not. */
  readonly taken: number
  /** True once the machine has reached its final state; every later event is ignored. */
  readonly done: boolean
}

/**
 * Runs a machine as xstate's pure `transition()` does: no running actor, no clock, no scheduler. That function builds an
 * actor that never runs for each event, which is more than half of its cost; here there is one for each machine.
 *
 * - Effects reach `perform` one at a time, in the machine's order, after the state has changed.
 * - `perform` may send events: they queue and are taken once the present effects are done.
 * - A `timer` event whose timer was stopped in the meantime is dropped, so that a late callback is harmless.
 * - When `perform` throws, the remaining effects and events are still handled, then the first error is rethrown.
 */
export function createDriver<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
>(
  machine: EffectMachine<C, E, V, I, F>,
  input: I,
  perform: (effect: F) => void,
): MachineDriver<C, E, V, I, F> {
  const queue: E[] = []
  const armed = new Set<unknown>()
  const errors: unknown[] = []
  let busy = true
  let taken = 0

  const performAll = (actions: readonly ExecutableActionObject[]): void => {
    for (const action of actions) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- type and params are what EffectActions declares
      const effect = { ...action.params, type: action.type } as unknown as F
      trackTimer(armed, effect)
      try {
        perform(effect)
      } catch (error) {
        errors.push(error)
      }
    }
  }

  const drain = (): void => {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      if (snapshot.status !== 'active' || isLateTimer(armed, event)) continue
      taken++
      const actions: ExecutableActionObject[] = []
      scope.actionExecutor = (action) => void actions.push(action)
      snapshot = machine.transition(snapshot, event, scope)
      performAll(actions)
    }
    busy = false
    if (errors.length > 0) throw errors.splice(0)[0]
  }

  const scope = scopeOf(machine)
  let [snapshot, actions] = initialTransition(machine, input)
  performAll(actions)
  drain()

  return {
    send(event) {
      queue.push(event)
      if (busy) return
      busy = true
      drain()
    },
    snapshot: () => snapshot,
    get taken() {
      return taken
    },
    get done() {
      return snapshot.status !== 'active'
    },
  }
}

const scopes = new WeakMap<AnyStateMachine, AnyActorScope>()

function scopeOf(machine: AnyStateMachine): AnyActorScope {
  const scope = scopes.get(machine) ?? inertScope(machine)
  scopes.set(machine, scope)
  return scope
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

function trackTimer(armed: Set<unknown>, effect: Effect): void {
  if (effect.type === 'start-timer' && 'id' in effect) armed.add(effect.id)
  if (effect.type === 'stop-timer' && 'id' in effect) armed.delete(effect.id)
}

function isLateTimer(armed: Set<unknown>, event: EventObject): boolean {
  return event.type === 'timer' && 'id' in event && !armed.delete(event.id)
}

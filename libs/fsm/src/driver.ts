import {
  type AnyActorScope,
  type AnyStateMachine,
  createActor,
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
  send(event: E): void
  snapshot(): SnapshotFrom<EffectMachine<C, E, V, I, F>>
  /** Events that it took so far, ignored or not. */
  readonly taken: number
  /** True once the machine has reached its final state; every later event is ignored. */
  readonly done: boolean
}

/**
 * Runs a machine as xstate's pure `transition()` does: no running actor, no clock, no scheduler. That function builds an
 * actor that never runs for each event, which is more than half of its cost, and `initialTransition()` two; here there is
 * one for all drivers of a machine.
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
  return new Driver(machine, input, perform)
}

class Driver<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
> implements MachineDriver<C, E, V, I, F> {
  taken = 0
  readonly #machine: EffectMachine<C, E, V, I, F>
  readonly #perform: (effect: F) => void
  readonly #scope: AnyActorScope
  #snapshot: SnapshotFrom<EffectMachine<C, E, V, I, F>>
  /** Events that came from within `perform`. */
  readonly #queue: E[] = []
  /** Timers that run: a few at most. */
  readonly #armed: unknown[] = []
  #errors: unknown[] | undefined
  #busy = true

  constructor(machine: EffectMachine<C, E, V, I, F>, input: I, perform: (effect: F) => void) {
    this.#machine = machine
    this.#perform = perform
    this.#scope = scopeOf(machine)
    const actions = this.#collect()
    this.#snapshot = machine.getInitialSnapshot(this.#scope, input)
    this.#performAll(actions)
    this.#drain()
  }

  get done(): boolean {
    return this.#snapshot.status !== 'active'
  }

  snapshot(): SnapshotFrom<EffectMachine<C, E, V, I, F>> {
    return this.#snapshot
  }

  send(event: E): void {
    if (this.#busy) {
      this.#queue.push(event)
      return
    }
    this.#busy = true
    this.#take(event)
    this.#drain()
  }

  #drain(): void {
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) this.#take(event)
    this.#busy = false
    const errors = this.#errors
    this.#errors = undefined
    if (errors !== undefined) throw errors[0]
  }

  #take(event: E): void {
    if (this.done || isLateTimer(this.#armed, event)) return
    this.taken++
    const actions = this.#collect()
    this.#snapshot = this.#machine.transition(this.#snapshot, event, this.#scope)
    this.#performAll(actions)
  }

  /** What the machine wants done in its next transition. */
  #collect(): ExecutableActionObject[] {
    const actions: ExecutableActionObject[] = []
    this.#scope.actionExecutor = (action) => void actions.push(action)
    return actions
  }

  #performAll(actions: readonly ExecutableActionObject[]): void {
    for (const action of actions) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- type and params are what EffectActions declares
      const effect = { ...action.params, type: action.type } as unknown as F
      trackTimer(this.#armed, effect)
      try {
        this.#perform(effect)
      } catch (error) {
        this.#errors ??= []
        this.#errors.push(error)
      }
    }
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

function trackTimer(armed: unknown[], effect: Effect): void {
  if (!('id' in effect)) return
  if (effect.type === 'start-timer' && !armed.includes(effect.id)) armed.push(effect.id)
  if (effect.type === 'stop-timer') disarm(armed, effect.id)
}

function isLateTimer(armed: unknown[], event: EventObject): boolean {
  return event.type === 'timer' && 'id' in event && !disarm(armed, event.id)
}

/** Whether it ran. */
function disarm(armed: unknown[], id: unknown): boolean {
  const at = armed.indexOf(id)
  if (at !== -1) armed.splice(at, 1)
  return at !== -1
}

import type { EventObject, MachineContext, StateValue } from 'xstate'
import type { Effect, EffectMachine } from './effect-machine.ts'
import type { Engine, MachineState } from './engine.ts'
import { engineOf } from './engine-of.ts'

/** A running machine: events in, effects out through the function given to {@link createDriver}. */
export interface MachineDriver<C extends MachineContext, E extends EventObject, V extends StateValue> {
  /** Takes one event. Called from within `perform` it waits until the effects before it are performed. */
  send(event: E): void
  snapshot(): MachineState<C, V>
  /** Events that it took so far, ignored or not. */
  readonly taken: number
  /** True once the machine has reached its final state; every later event is ignored. */
  readonly done: boolean
}

/**
 * Runs a machine as xstate's pure `transition()` does: no running actor, no clock, no scheduler.
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
>(machine: EffectMachine<C, E, V, I, F>, input: I, perform: (effect: F) => void): MachineDriver<C, E, V> {
  return new Driver(machine, input, perform)
}

class Driver<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
> implements MachineDriver<C, E, V> {
  taken = 0
  readonly #engine: Engine<C, E, V, I, F>
  readonly #perform: (effect: F) => void
  #state: MachineState<C, V>
  /** Events that came from within `perform`. */
  readonly #queue: E[] = []
  /** Timers that run: a few at most. */
  readonly #armed: unknown[] = []
  #errors: unknown[] | undefined
  #busy = true

  constructor(machine: EffectMachine<C, E, V, I, F>, input: I, perform: (effect: F) => void) {
    this.#engine = engineOf(machine)
    this.#perform = perform
    const effects: F[] = []
    this.#state = this.#engine.begin(input, effects)
    this.#performAll(effects)
    this.#drain()
  }

  get done(): boolean {
    return this.#state.status !== 'active'
  }

  snapshot(): MachineState<C, V> {
    return this.#state
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
    const effects: F[] = []
    this.#state = this.#engine.take(this.#state, event, effects)
    this.#performAll(effects)
  }

  #performAll(effects: readonly F[]): void {
    for (const effect of effects) {
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

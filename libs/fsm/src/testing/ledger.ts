import { createDriver, type MachineDriver } from '../driver.ts'
import type { Effect, EffectMachine } from '../effect-machine.ts'
import type { EventObject, MachineContext, StateValue } from 'xstate'

/** What a run of a machine has asked for, and which of its timers run. */
class EffectLedger<F extends Effect> {
  readonly effects: F[] = []
  readonly timers: Map<string, number> = new Map()

  record(effect: F): void {
    this.effects.push(effect)
    if (effect.type === 'start-timer' && 'id' in effect && 'ms' in effect) {
      if (!(Number(effect.ms) >= 0)) throw new Error(`timer ${String(effect.id)} of ${String(effect.ms)} ms`)
      this.timers.set(String(effect.id), Number(effect.ms))
    }
    if (effect.type === 'stop-timer' && 'id' in effect) this.timers.delete(String(effect.id))
  }

  /** The effects since the latest call. */
  take(): F[] {
    return this.effects.splice(0)
  }

  of<T extends F['type']>(type: T): Extract<F, { type: T }>[] {
    return this.effects.filter((effect): effect is Extract<F, { type: T }> => effect.type === type)
  }
}

export interface Run<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  F extends Effect,
> {
  readonly ledger: EffectLedger<F>
  readonly driver: MachineDriver<C, E, V>
  /** Sends one event and returns the effects it had. A timer event ends the timer first. */
  readonly send: (event: E) => F[]
}

/** A machine with a ledger instead of an adapter. */
export function run<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  I,
  F extends Effect,
>(machine: EffectMachine<C, E, V, I, F>, input: I): Run<C, E, V, F> {
  const ledger = new EffectLedger<F>()
  const driver = createDriver(machine, input, (effect) => ledger.record(effect))
  return {
    ledger,
    driver,
    send(event) {
      const before = ledger.effects.length
      if (event.type === 'timer' && 'id' in event) ledger.timers.delete(String(event.id))
      driver.send(event)
      return ledger.effects.slice(before)
    },
  }
}

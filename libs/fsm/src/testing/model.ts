import type { EventObject, MachineContext, StateValue } from 'xstate'
import type { Effect } from '../effect-machine.ts'
import type { Run } from './ledger.ts'
import { everyEdge, type Walk } from './walk.ts'

/**
 * Takes every way out of every reachable state with a driver and compares with xstate's `transition()`: the state, the
 * context and the effects. A timer that the model fires
 * and the machine never started shows here, because the driver drops it; so does one that outlives the machine.
 * Returns the number of ways.
 */
export function driveEveryEdge<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  F extends Effect,
>(walk: Walk<C, E>, start: () => Run<C, E, V, F>): number {
  const edges = everyEdge(walk)
  for (const { events, ...edge } of edges) {
    const { driver, ledger, send } = start()
    let effects: readonly F[] = []
    for (const event of events) {
      if (event.type === 'timer' && 'id' in event && !ledger.timers.has(String(event.id))) {
        throw new Error(`${describe(events)}: timer ${String(event.id)} does not run`)
      }
      effects = send(event)
    }
    const { context, value } = driver.snapshot()
    const [is, should] = [{ value, context, effects }, edge].map((outcome) => JSON.stringify(outcome))
    if (is !== should)
      throw new Error(`${describe(events)}: the driver ends with ${is}, xstate with ${should}`)
    if (driver.done && ledger.timers.size > 0) {
      throw new Error(`${describe(events)}: left running: ${[...ledger.timers.keys()].join(', ')}`)
    }
  }
  return edges.length
}

function describe(events: readonly EventObject[]): string {
  return events.map((event) => JSON.stringify(event)).join(' ')
}

/**
 * Sends what the numbers choose: one of the events possible now, or the end of a running timer. `check` sees each event
 * with the effects it had.
 */
export function randomRun<
  C extends MachineContext,
  E extends EventObject,
  V extends StateValue,
  F extends Effect,
>(
  machine: Run<C, E, V, F>,
  choices: readonly number[],
  events: (context: C) => readonly E[],
  check: (event: E, effects: readonly F[]) => void,
): void {
  for (const choice of choices) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a timer that runs is one the machine takes
    const timers = [...machine.ledger.timers.keys()].map((id) => ({ type: 'timer', id }) as unknown as E)
    const possible = [...events(machine.driver.snapshot().context), ...timers]
    const event = possible[choice % possible.length]
    if (event !== undefined) check(event, machine.send(event))
  }
}

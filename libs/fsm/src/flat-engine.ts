import type { AnyMachineSnapshot, AnyStateMachine, EventObject, MachineContext, StateValue } from 'xstate'
import { evaluateGuard } from 'xstate/guards'
import type { Effect } from './effect-machine.ts'
import type { AnyEngine, MachineState } from './engine.ts'
import {
  type Assignment,
  type Branch,
  type Enqueue,
  type FlatPlan,
  planOf,
  type WrittenAction,
} from './flat-plan.ts'

type State = MachineState<MachineContext, StateValue>

/**
 * A machine whose states lie side by side: the event chooses a branch by its guards, and a branch has actions and a
 * target. xstate's own algorithm is made for states in states and takes ten times as long for that. That both end in the
 * same state with the same effects is tested with the machines that there are.
 */
export class FlatEngine implements AnyEngine {
  readonly #plan: FlatPlan
  /** The machine is all that guards look at. */
  readonly #snapshot: AnyMachineSnapshot
  /** Of the event that is being taken. */
  #context: MachineContext = {}
  #event: EventObject = { type: '' }
  #effects: Effect[] = []
  readonly #enqueue: Enqueue = Object.assign((action: WrittenAction) => this.#act(action), {
    assign: (assignment: Assignment) => this.#assign(assignment, undefined),
  })

  /** Undefined for a machine that is not flat. */
  static of(machine: AnyStateMachine): FlatEngine | undefined {
    const plan = planOf(machine)
    return plan === undefined ? undefined : new FlatEngine(machine, plan)
  }

  private constructor(machine: AnyStateMachine, plan: FlatPlan) {
    this.#plan = plan
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    this.#snapshot = { machine } as unknown as AnyMachineSnapshot
  }

  begin(input: unknown): State {
    const { contextOf, initial } = this.#plan
    return { status: this.#statusOf(initial), value: initial, context: contextOf(input) }
  }

  take(state: State, event: EventObject, effects: Effect[]): State {
    const { branches, common } = this.#plan
    const { context, value } = state
    const own = typeof value === 'string' ? branches.get(value)?.get(event.type) : undefined
    const branch = this.#choose(own, context, event) ?? this.#choose(common.get(event.type), context, event)
    if (branch === undefined) return state
    this.#context = context
    this.#event = event
    this.#effects = effects
    for (const action of branch.actions) this.#act(action)
    const target = branch.target ?? value
    if (this.#context === context && target === value) return state
    return { status: this.#statusOf(target), value: target, context: this.#context }
  }

  #choose(
    branches: readonly Branch[] | undefined,
    context: MachineContext,
    event: EventObject,
  ): Branch | undefined {
    if (branches === undefined) return undefined
    for (const branch of branches) {
      const { guard } = branch
      if (guard === undefined || evaluateGuard(guard, context, event, this.#snapshot)) return branch
    }
    return undefined
  }

  /** xstate collects what is enqueued and carries it out in that order; nothing is different when it is done at once. */
  #act(action: WrittenAction): void {
    const type = typeof action === 'string' ? action : action.type
    const params = typeof action === 'string' ? undefined : action.params
    const collect = this.#plan.collects.get(type)
    if (collect !== undefined) {
      collect({ context: this.#context, event: this.#event, enqueue: this.#enqueue }, params)
      return
    }
    const assignment = this.#plan.assignments.get(type)
    if (assignment === undefined) this.#effects.push({ ...params, type })
    else this.#assign(assignment, params)
  }

  #assign(assignment: Assignment, params: object | undefined): void {
    const args = { context: this.#context, event: this.#event }
    if (typeof assignment === 'function') {
      this.#context = { ...this.#context, ...assignment(args, params) }
      return
    }
    const next: Record<string, unknown> = { ...this.#context }
    for (const [name, value] of Object.entries(assignment)) {
      next[name] = typeof value === 'function' ? value(args, params) : value
    }
    this.#context = next
  }

  #statusOf(value: StateValue): State['status'] {
    return typeof value === 'string' && this.#plan.finals.has(value) ? 'done' : 'active'
  }
}

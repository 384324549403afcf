import type { AnyStateMachine, AnyStateNode, EventObject, MachineContext } from 'xstate'
import type { evaluateGuard } from 'xstate/guards'

type Guard = Parameters<typeof evaluateGuard>[0]

/** How an action is written where it is used. */
export type WrittenAction = string | { readonly type: string; readonly params?: object | undefined }

/** What an event does in a state, if its guard lets it. */
export interface Branch {
  readonly guard: Guard | undefined
  readonly actions: readonly WrittenAction[]
  /** Undefined: it stays where it is. */
  readonly target: string | undefined
}

type Branches = ReadonlyMap<string, readonly Branch[]>

interface ActionArgs {
  readonly context: MachineContext
  readonly event: EventObject
}

type Giving<T> = (args: ActionArgs, params: object | undefined) => T

/** What `assign` was given: values by name, each or all of them as a function. */
export type Assignment = Giving<Readonly<Record<string, unknown>>> | Readonly<Record<string, unknown>>

export interface Enqueue {
  (action: WrittenAction): void
  assign: (assignment: Assignment) => void
}

/** What `enqueueActions` was given. */
type Collect = (args: ActionArgs & { readonly enqueue: Enqueue }, params: object | undefined) => void

/** A machine whose states lie side by side, with nothing to do on entry or exit. */
export interface FlatPlan {
  readonly initial: string
  readonly contextOf: (input: unknown) => MachineContext
  /** By state. */
  readonly branches: ReadonlyMap<string, Branches>
  /** Of any state, where none of its own is taken. */
  readonly common: Branches
  readonly finals: ReadonlySet<string>
  /** What actions are made of, by their names; any other one is an effect. */
  readonly assignments: ReadonlyMap<string, Assignment>
  readonly collects: ReadonlyMap<string, Collect>
}

/** Reads a machine. Undefined when there is anything in it that has no place in a plan. */
export function planOf(machine: AnyStateMachine): FlatPlan | undefined {
  const { config, root } = machine
  const states: AnyStateNode[] = Object.values(root.states)
  const isFlat =
    root.type === 'compound' &&
    isPlain(root) &&
    states.every((state) => (state.type === 'atomic' || state.type === 'final') && isPlain(state))
  const initial = isFlat ? root.initial.target[0]?.key : undefined
  const actions = actionsOf(machine)
  const context: unknown = config.context
  if (initial === undefined || actions === undefined || typeof context !== 'function') return undefined
  return {
    initial,
    contextOf: (input) => context({ input }),
    branches: new Map(states.map((state) => [state.key, branchesOf(state)])),
    common: branchesOf(root),
    finals: new Set(states.filter(({ type }) => type === 'final').map(({ key }) => key)),
    ...actions,
  }
}

/** Nothing happens in it without an event, and its events have their whole names and lead to states beside it. */
function isPlain({ always, entry, exit, invoke, machine, transitions }: AnyStateNode): boolean {
  return (
    always === undefined &&
    entry.length + exit.length + invoke.length === 0 &&
    [...transitions].every(
      ([name, ways]) =>
        !name.includes('*') &&
        ways.every(
          ({ actions, target = [] }) =>
            target.length < 2 &&
            target.every(({ parent }) => parent === machine.root) &&
            actions.every((action) => isWritten(action)),
        ),
    )
  )
}

/** By name, with parameters that are the same every time. */
function isWritten(action: unknown): action is WrittenAction {
  if (typeof action === 'string') return true
  if (typeof action !== 'object' || action === null) return false
  return !('params' in action && typeof action.params === 'function')
}

function branchesOf({ transitions }: AnyStateNode): Branches {
  return new Map(
    [...transitions].map(([name, ways]) => [
      name,
      ways.map(({ actions, guard, target }): Branch => {
        return { guard, actions: actions.filter(isWritten), target: target?.[0]?.key }
      }),
    ]),
  )
}

/** Undefined when one of them is made of something else. */
function actionsOf({
  implementations,
}: AnyStateMachine): Pick<FlatPlan, 'assignments' | 'collects'> | undefined {
  const assignments = new Map<string, Assignment>()
  const collects = new Map<string, Collect>()
  const named: Readonly<Record<string, object | undefined>> = implementations.actions
  for (const [name, action] of Object.entries(named)) {
    if (action === undefined || !('resolve' in action)) continue
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- xstate keeps there what it was given
    const { assignment, collect } = action as { assignment?: Assignment; collect?: Collect }
    if (assignment !== undefined) assignments.set(name, assignment)
    else if (collect !== undefined) collects.set(name, collect)
    else return undefined
  }
  return { assignments, collects }
}

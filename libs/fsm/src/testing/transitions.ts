import { createActor, type AnyStateMachine, type AnyTransitionDefinition, type EventObject } from 'xstate'

/** Every transition a machine defines, by its readable name. */
export function namesOfTransitions(machine: AnyStateMachine): Map<AnyTransitionDefinition, string> {
  const names = new Map<AnyTransitionDefinition, string>()
  const visit = (node: AnyStateMachine['root']): void => {
    const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
    for (const [index, transition] of own.entries()) names.set(transition, nameOf(transition, index))
    for (const child of Object.values(node.states)) visit(child)
  }
  visit(machine.root)
  return names
}

/** The transitions that one event takes from a state, those that follow without an event included. */
export function transitionsTaken(
  machine: AnyStateMachine,
  snapshot: unknown,
  event: EventObject,
): readonly AnyTransitionDefinition[] {
  const taken: AnyTransitionDefinition[] = []
  const actor = createActor(machine, {
    snapshot: JSON.parse(JSON.stringify(snapshot)),
    inspect: (inspected) => {
      // oxlint-disable-next-line eslint/no-underscore-dangle -- xstate tells it nowhere else
      if (inspected.type === '@xstate.microstep') taken.push(...inspected._transitions)
    },
  })
  actor.start()
  actor.send(event)
  actor.stop()
  return taken
}

function nameOf(transition: AnyTransitionDefinition, index: number): string {
  const source = transition.source.path.join('.') || '(root)'
  const target = transition.target?.map((node) => node.path.join('.')).join(', ') ?? '(stays)'
  return `${source} --${transition.eventType || 'always'}#${index}--> ${target}`
}

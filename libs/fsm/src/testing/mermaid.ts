import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate'

type Node = AnyStateMachine['root']

/** A machine as a mermaid `stateDiagram-v2`, the same text for the same machine. */
export function mermaidOf(machine: AnyStateMachine): string {
  const edges = edgesOf(machine.root)
  return ['stateDiagram-v2', ...block(machine.root, edges, '  ')].join('\n')
}

interface Edge {
  readonly from: Node
  readonly to: Node
  readonly labels: string[]
}

/** One edge for each pair of states, however many events lead from one to the other. */
function edgesOf(root: Node): readonly Edge[] {
  const edges = new Map<string, Edge>()
  for (const node of [root, ...descendants(root)]) {
    for (const transition of [...[...node.transitions.values()].flat(), ...(node.always ?? [])]) {
      for (const to of transition.target ?? [node]) {
        const key = `${node.id} ${to.id}`
        const edge = edges.get(key) ?? { from: node, to, labels: [] }
        edges.set(key, edge)
        const label = labelOf(transition)
        if (!edge.labels.includes(label)) edge.labels.push(label)
      }
    }
  }
  return [...edges.values()]
}

/** The states of one composite, and the edges that belong to no smaller one. */
function block(node: Node, edges: readonly Edge[], indent: string): readonly string[] {
  const children = Object.values(node.states)
  if (node.type === 'parallel') {
    return children.flatMap((child, index) => [
      ...(index === 0 ? [] : [`${indent}--`]),
      ...composite(child, edges, indent),
    ])
  }
  const own = edges.filter(({ from, to }) => home(from, to) === node)
  const initial = node.initial.target[0]
  return [
    ...(node.parent === undefined && own.some(({ from }) => from === node)
      ? [`${indent}state "any state" as any_state`]
      : []),
    ...(initial === undefined ? [] : [`${indent}[*] --> ${idOf(initial)}`]),
    ...children.flatMap((child) => composite(child, edges, indent)),
    ...own.map(({ from, to, labels }) => `${indent}${idOf(from)} --> ${idOf(to)}: ${labels.join(', ')}`),
    ...children.filter(({ type }) => type === 'final').map((child) => `${indent}${idOf(child)} --> [*]`),
  ]
}

function composite(node: Node, edges: readonly Edge[], indent: string): readonly string[] {
  const inner = Object.keys(node.states).length > 0
  const name = `${indent}state "${node.key}" as ${idOf(node)}`
  if (!inner) return idOf(node) === node.key ? [] : [name]
  return [`${name} {`, ...block(node, edges, `${indent}  `), `${indent}}`]
}

/** The smallest composite around both ends; an edge of the whole machine is at home in it. */
function home(from: Node, to: Node): Node {
  for (let node = from.parent ?? from; ; node = node.parent ?? node) {
    if (node.parent === undefined || (isWithin(to, node) && to !== node)) return node
  }
}

function isWithin(node: Node, around: Node): boolean {
  for (let each: Node | undefined = node; each !== undefined; each = each.parent) {
    if (each === around) return true
  }
  return false
}

function labelOf({ eventType, guard }: AnyTransitionDefinition): string {
  const words = guard === undefined ? [] : guardWords(guard)
  const timer = words.find((word) => word.startsWith('timerIs '))?.slice('timerIs '.length)
  const event = timer === undefined ? eventType : `${eventType} ${timer}`
  const condition = words.filter((word) => !word.startsWith('timerIs ')).join(' and ')
  const label = [event, condition === '' ? '' : `[${condition}]`].filter((part) => part !== '').join(' ')
  return label === '' ? '[otherwise]' : label
}

/** A guard's name and parameters; the parts of `and`, and `not` before what it turns round. */
function guardWords(guard: unknown): readonly string[] {
  if (typeof guard === 'string') return [guard]
  if (typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards)) {
    const parts = guard.guards.flatMap(guardWords)
    return guard.name === 'not' ? parts.map((part) => `not ${part}`) : parts
  }
  if (typeof guard !== 'object' || guard === null || !('type' in guard)) return ['?']
  const params =
    'params' in guard && typeof guard.params === 'object' ? Object.values(guard.params ?? {}) : []
  return [[guard.type, ...params].map(String).join(' ')]
}

function descendants(node: Node): readonly Node[] {
  return Object.values(node.states).flatMap((child) => [child, ...descendants(child)])
}

function idOf(node: Node): string {
  return node.parent === undefined ? 'any_state' : node.path.join('_').replaceAll('-', '_')
}

import type { AnyStateMachine } from 'xstate'
import { mermaidOf } from './mermaid.ts'

/** A README with the diagram of each machine between its markers, `<!-- diagram:station -->` and `<!-- end -->`. */
export function withDiagrams(readme: string, machines: readonly AnyStateMachine[]): string {
  return machines.reduce((text, machine) => {
    const [begin, end] = [`<!-- diagram:${machine.id} -->`, '<!-- end -->']
    const from = text.indexOf(begin)
    const to = text.indexOf(end, from)
    if (from === -1 || to === -1) throw new Error(`README.md has no "${begin}" with an "${end}" after it`)
    const diagram = ['', '', '```mermaid', mermaidOf(machine), '```', '', ''].join('\n')
    return text.slice(0, from + begin.length) + diagram + text.slice(to)
  }, readme)
}

import { withDiagrams } from '@pearcast/fsm/testing'
import { clientMachine, hostMachine } from '../src/index.ts'

/** The README with the diagrams of this library's machines. */
export function withMachines(readme: string): string {
  return withDiagrams(readme, [clientMachine, hostMachine])
}

import { withDiagrams } from '@pearcast/fsm/testing'
import {
  listeningMachine,
  pathsMachine,
  reconnectMachine,
  routingMachine,
  signalingMachine,
  stationMachine,
} from '../src/index.ts'

const MACHINES = [
  reconnectMachine,
  routingMachine,
  stationMachine,
  listeningMachine,
  signalingMachine,
  pathsMachine,
]

/** The README with the diagrams of this library's machines. */
export function withMachines(readme: string): string {
  return withDiagrams(readme, MACHINES)
}

import { withDiagrams } from '@pearcast/fsm/testing'
import {
  listeningMachine,
  pathsMachine,
  reconnectMachine,
  signalingMachine,
  stationMachine,
} from '../src/index.ts'

const MACHINES = [reconnectMachine, stationMachine, listeningMachine, signalingMachine, pathsMachine]

/** The README with the diagrams of this library's machines. */
export function withMachines(readme: string): string {
  return withDiagrams(readme, MACHINES)
}

import { createDriver } from '@pearcast/fsm'
import { clientMachine } from '@pearcast/relay'
import { reconnectMachine } from '@pearcast/session-fsm'
import { row, round, type Row } from '../figures/row.ts'
import { usPerCall } from './repeat.ts'

/** What a transition costs, with its driver: a reason to keep frames out of machines. */
export function fsm(rounds?: number): Row[] {
  return [
    row('fsm', 'relay client: a parent falls silent and lives again', 2, cost(silence(), 2, rounds)),
    row('fsm', 'reconnect: a dial is suspected and clears', 2, cost(suspicion(), 2, rounds)),
  ]
}

function cost(call: () => void, transitions: number, rounds: number | undefined): Partial<Row> {
  const us = usPerCall(call, rounds) / transitions
  return { usPerTransition: round(us, 2), transitionsPerS: Math.round(1e6 / us) }
}

function silence(): () => void {
  const driver = createDriver(clientMachine, {}, () => {})
  driver.send({ type: 'START' })
  driver.send({ type: 'FOUND', role: 'first', key: 'aa' })
  driver.send({ type: 'JOINED', key: 'aa', feeds: false })
  return () => {
    driver.send({ type: 'SILENT', key: 'aa', jitterMs: 0 })
    driver.send({ type: 'ALIVE', key: 'aa' })
  }
}

function suspicion(): () => void {
  const driver = createDriver(reconnectMachine, {}, () => {})
  driver.send({ type: 'START' })
  driver.send({ type: 'CANDIDATE', key: 'aa', source: 'record' })
  driver.send({ type: 'ATTEMPT_PROVEN', attempt: 1, key: 'aa' })
  return () => {
    driver.send({ type: 'REDIAL', reason: 'silence' })
    driver.send({ type: 'LINK_ALIVE' })
  }
}

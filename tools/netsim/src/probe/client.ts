import { discover } from './discover.ts'

/*
 * Says as JSON what NATs this host is behind, by asking the two servers:
 *
 *   client.ts ADDRESS OTHER_ADDRESS PORT OTHER_PORT [IDLE_MS,IDLE_MS...]
 */
const DEFAULT_IDLE_MS = '1000,2000,5000,10000,20000,30000,60000,120000'
const [first = '', second = '', port, otherPort, idle = DEFAULT_IDLE_MS] = process.argv.slice(2)
const report = await discover(
  { addresses: [first, second], ports: [Number(port), Number(otherPort)] },
  { idleTimesMs: idle.split(',').map(Number) },
)
process.stdout.write(`${JSON.stringify(report)}\n`)

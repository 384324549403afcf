/** What a transition costs, and what a world costs: `npm run bench -w libs/relay`. */
import { createDriver } from '@pearcast/fsm'
import { clientMachine } from '../src/index.ts'
import { grown } from '../src/testing/grown.ts'

const TRANSITIONS = 50_000
const driver = createDriver(clientMachine, {}, () => {})
driver.send({ type: 'START' })
driver.send({ type: 'FOUND', role: 'first', key: 'aa' })
driver.send({ type: 'JOINED', key: 'aa', feeds: false })
let since = performance.now()
for (let i = 0; i < TRANSITIONS; i += 2) {
  driver.send({ type: 'SILENT', key: 'aa', jitterMs: 0 })
  driver.send({ type: 'ALIVE', key: 'aa' })
}
const us = ((performance.now() - since) * 1000) / TRANSITIONS
console.log(`client machine: ${us.toFixed(1)} us a transition, ${Math.round(1e6 / us)} a second`)

const [count, seconds] = [200, 60]
since = performance.now()
const world = grown({ seed: 1, count })
world.clock.runFor((seconds - 26) * 1000)
const wallMs = performance.now() - since
const rate = (seconds * 1000) / wallMs
console.log(
  `${count} peers, ${seconds} s: ${(wallMs / 1000).toFixed(1)} s, ${rate.toFixed(1)} x real time, ${world.clock.events} events`,
)

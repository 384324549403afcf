import { once } from 'node:events'
import { siteOfType } from '../../topology/presets.ts'
import { tunAvailable } from '../available.ts'
import { openTunLab } from '../lab.ts'
import { enterUserNamespace } from '../user-namespace.ts'
import { firstJson } from './processes.ts'

/*
 * A lab in a process of its own, for tests that end it in every way there is. It runs a child and a grandchild in each
 * of two hosts, prints {lab, children} with their pids, and ends as its argument says when its standard input ends:
 *
 *   lab-program.ts close|exit|throw [TUN_DEVICE]
 */
const [ending = 'close', tunDevice = '/dev/net/tun'] = process.argv.slice(2)

async function main(): Promise<void> {
  const topology = {
    sites: [siteOfType('a', ['alice'], 'public'), siteOfType('b', ['bob'], 'port-restricted')],
  }
  const lab = await openTunLab(topology, { seed: 1, tunDevice })
  // The inner shell outlives its parent unless somebody ends it.
  const script = 'sh -c "sleep 1000; :" & echo $$; wait'
  const children = lab.hosts.map((host) => {
    return firstJson(lab.spawn(host.id, 'sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] }))
  })
  process.stdout.write(`${JSON.stringify({ lab: process.pid, children: await Promise.all(children) })}\n`)
  await once(process.stdin.resume(), 'end')
  switch (ending) {
    case 'throw':
      throw new Error('thrown on purpose')
    case 'exit':
      process.exit(3)
      break
    default:
      await lab.close()
  }
}

const available = tunAvailable({ tunDevice })
if (!available.ok) throw new Error(available.reason)
if (available.inUserNamespace) process.exit(await enterUserNamespace())
await main()

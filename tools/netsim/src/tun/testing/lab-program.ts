import { siteOfType } from '../../topology/presets.ts'
import { tunAvailable } from '../available.ts'
import { openTunLab } from '../lab.ts'
import { enterUserNamespace } from '../user-namespace.ts'

/*
 * A lab in a process of its own, for tests that end it in every way there is: opens a lab with a child and a grandchild
 * in each of two hosts, prints {lab, children, namespaces} and does what its argument says:
 *
 *   lab-program.ts wait|throw|exit|close [TUN_DEVICE]
 */
const [ending = 'wait', tunDevice = '/dev/net/tun'] = process.argv.slice(2)

async function main(): Promise<void> {
  const topology = {
    sites: [siteOfType('a', ['alice'], 'public'), siteOfType('b', ['bob'], 'port-restricted')],
  }
  const lab = await openTunLab(topology, { seed: 1, tunDevice })
  // The inner shell outlives its parent's death unless somebody ends it.
  const script = 'sh -c "sleep 1000; :" & readlink /proc/$$/ns/net; wait'
  const lines = lab.hosts.map((host) => {
    const child = lab.spawn(host.id, 'sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    return new Promise<string>((resolve) =>
      child.stdout?.once('data', (data) => resolve(String(data).trim())),
    )
  })
  process.stdout.write(`${JSON.stringify({ lab: process.pid, namespaces: await Promise.all(lines) })}\n`)
  switch (ending) {
    case 'throw':
      throw new Error('thrown on purpose')
    case 'exit':
      process.exit(3)
      break
    case 'close':
      await lab.close()
  }
}

const available = tunAvailable({ tunDevice })
if (!available.ok) throw new Error(available.reason)
if (available.inUserNamespace) process.exit(await enterUserNamespace())
await main()

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cloud, enterUserNamespace, openTunLab, PRESETS, tunAvailable, type Lab } from '@pearcast/netsim/lab'

/*
 * Do two programs behind two NATs reach each other? Ends with 0 if both heard the other one.
 *
 *   npx node tools/netsim/examples/two-programs.ts [PRESET] [PRESET] [TUN_DEVICE]
 */
const named = process.argv.slice(2)
const [left = '', right = '', tunDevice = '/dev/net/tun'] =
  named.length === 0 ? ['home', 'mobile-cgnat'] : named
const MEET = fileURLToPath(new URL('meet.mjs', import.meta.url))

async function main(): Promise<number> {
  if (!isPreset(left) || !isPreset(right)) {
    console.error(`Name two presets, of these: ${Object.keys(PRESETS).join(', ')}.`)
    return 2
  }
  const available = tunAvailable({ tunDevice })
  if (!available.ok) {
    console.error(`SKIP: ${available.reason}`)
    return 1
  }
  // Without root: this program runs again, as root of a namespace of its own.
  if (available.inUserNamespace) return enterUserNamespace()

  // Sites with their hosts. All hosts have unique names; who is public needs no NAT to be found.
  const sites = [
    PRESETS[left]('left', ['alice']),
    PRESETS[right]('right', ['bob']),
    cloud('middle', ['point']),
  ]
  const lab = await openTunLab({ sites }, { seed: 1, tunDevice })
  try {
    const point = start(lab, 'point', 'point')
    if (point.stdout !== null) await once(point.stdout, 'data')
    const first = await meeting(lab)
    // Something happens: the left site gets another public address. Who meets again must not mind.
    await lab.fault({ name: 'setPublicAddress', args: ['left'] })
    const second = await meeting(lab)
    const { bindings } = await lab.stats()
    for (const [nat, count] of Object.entries(bindings)) console.log(`${nat} holds ${count} bindings`)
    console.log(`packets that would have left the lab: ${lab.escapes}`)
    return first && second && lab.escapes === 0 && lab.failure === undefined ? 0 : 1
  } finally {
    // Ends all processes of the lab, and theirs. Should this one be killed, with SIGKILL too, they end all the same.
    await lab.close()
  }
}

async function meeting(lab: Lab): Promise<boolean> {
  const address = lab.hosts.find(({ id }) => id === 'point')?.addresses.v4?.split('/')[0] ?? ''
  const codes = ['alice', 'bob'].map(async (host) => {
    const [code] = await once(start(lab, host, 'peer', host, address), 'exit')
    return code
  })
  const isDone = (await Promise.all(codes)).every((code) => code === 0)
  console.log(`${left} and ${right} ${isDone ? 'reach' : 'do not reach'} each other`)
  return isDone
}

/** Any command, run inside a host: its only network is the lab. */
function start(lab: Lab, host: string, ...args: string[]): ChildProcess {
  const child = lab.spawn(host, process.execPath, [MEET, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout?.pipe(process.stdout)
  return child
}

function isPreset(name: string): name is keyof typeof PRESETS {
  return name in PRESETS
}

process.exit(await main())

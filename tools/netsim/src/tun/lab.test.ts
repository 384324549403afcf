import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import type { NetworkInterfaceInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, type TestContext } from 'vitest'
import { cloud, home } from '../topology/presets.ts'
import type { Site } from '../topology/topology.ts'
import { tunAvailable } from './available.ts'
import { openTunLab, type Lab } from './lab.ts'
import { firstJson } from './testing/processes.ts'
import { requireTun } from './testing/requirements.ts'

const TRAFFIC = fileURLToPath(new URL('./testing/traffic.ts', import.meta.url))
const PORT = '5000'

/** A lab that closes with its test. */
async function openLab(context: TestContext, sites: readonly Site[]): Promise<Lab> {
  requireTun(context)
  const lab = await openTunLab({ sites }, { seed: 1 })
  context.onTestFinished(() => lab.close())
  return lab
}

function start(lab: Lab, host: string, ...args: string[]): ChildProcess {
  return lab.spawn(host, process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** What a program of the tests measures inside a host. */
async function measure(lab: Lab, host: string, ...args: string[]): Promise<Record<string, number>> {
  return firstJson(start(lab, host, TRAFFIC, ...args))
}

async function echoAt(lab: Lab, host: string, address: string): Promise<void> {
  await firstJson(start(lab, host, TRAFFIC, 'echo', address, PORT))
}

function addressOf(lab: Lab, host: string, family: 'v4' | 'v6' = 'v4'): string {
  return lab.hosts.find(({ id }) => id === host)?.addresses[family]?.split('/')[0] ?? ''
}

async function interfacesOf(lab: Lab, host: string): Promise<Record<string, NetworkInterfaceInfo[]>> {
  const script = 'console.log(JSON.stringify(os.networkInterfaces()))'
  return firstJson(start(lab, host, '-e', script))
}

describe('a host', () => {
  test('has loopback and eth0 with the addresses of its plan, and nothing else', async (context) => {
    const lab = await openLab(context, [
      home('site', ['old', 'new'], { ipv6: { firewall: 'open' } }),
      cloud('b', ['v4']),
    ])
    const [dual, v4] = await Promise.all([interfacesOf(lab, 'new'), interfacesOf(lab, 'v4')])
    expect(Object.keys(dual)).toEqual(['lo', 'eth0'])
    const plan = lab.hosts.find(({ id }) => id === 'new')
    expect(dual['eth0']?.map(({ cidr }) => cidr)).toEqual([plan?.addresses.v4, plan?.addresses.v6])
    expect(v4['eth0']?.map(({ family }) => family)).toEqual(['IPv4'])
  })

  test('is in a namespace of its own, and every thread of the lab stays at home', async (context) => {
    const lab = await openLab(context, [cloud('a', ['one', 'two'])])
    const script = 'console.log(JSON.stringify(fs.readlinkSync("/proc/self/ns/net")))'
    const spaces = await Promise.all(['one', 'two'].map((host) => firstJson(start(lab, host, '-e', script))))
    const threads = readdirSync('/proc/self/task').map((id) => readlinkSync(`/proc/self/task/${id}/ns/net`))
    expect(new Set([...spaces, ...threads]).size).toBe(3)
  })

  test('passes arguments, environment, signals and exit codes like any child', async (context) => {
    const lab = await openLab(context, [cloud('a', ['host'])])
    const echo = lab.spawn('host', 'sh', ['-c', 'printf \'["%s","%s"]\\n\' "$1" "$WORD"', '-', 'two words'], {
      env: { ...process.env, WORD: 'x' },
    })
    expect(await firstJson(echo)).toEqual(['two words', 'x'])
    const sleeper = lab.spawn('host', 'sleep', ['1000'])
    sleeper.kill('SIGTERM')
    expect(await once(sleeper, 'exit')).toEqual([null, 'SIGTERM'])
    expect(await once(lab.spawn('host', 'no-such-command', []), 'exit')).toEqual([127, null])
  })
})

describe('the fabric behind the devices', () => {
  test('delays packets as the links say, over IPv4 through a NAT and over IPv6', async (context) => {
    const link = { delayMs: 15 }
    const lab = await openLab(context, [
      home('a', ['alice'], { link, ipv6: { firewall: 'stateful' } }),
      cloud('b', ['bob'], { link, ipv6: { firewall: 'open' } }),
    ])
    for (const family of ['v4', 'v6'] as const) {
      const address = addressOf(lab, 'bob', family)
      await echoAt(lab, 'bob', address)
      const { p50 = 0, lost } = await measure(lab, 'alice', 'rtt', address, PORT, '10')
      expect(lost).toBe(0)
      expect(p50).toBeGreaterThan(60)
      expect(p50).toBeLessThan(75)
    }
  })

  test('loses nothing of a fast stream', async (context) => {
    const link = { delayMs: 0 }
    const lab = await openLab(context, [cloud('a', ['alice'], { link }), cloud('b', ['bob'], { link })])
    const address = addressOf(lab, 'bob')
    await echoAt(lab, 'bob', address)
    const { sent = 0, echoed } = await measure(lab, 'alice', 'stream', address, PORT, '4000', '500')
    expect(sent).toBeGreaterThan(1000)
    expect(echoed).toBe(sent)
    expect(await lab.stats()).toMatchObject({ refused: 0, escapes: 0 })
  })

  test('counts a packet for an address outside of the lab as an escape', async (context) => {
    const lab = await openLab(context, [home('a', ['alice'])])
    const { lost } = await measure(lab, 'alice', 'rtt', '8.8.8.8', '53', '1')
    expect(lost).toBe(1)
    expect(lab.escapes).toBe(1)
    expect(lab.escaped).toEqual([{ host: 'alice', destination: '8.8.8.8' }])
  })
})

describe('a fault', () => {
  test('moves a host to another site: its interface changes under the running program', async (context) => {
    const link = { delayMs: 1 }
    const lab = await openLab(context, [
      home('home', ['phone'], { link, ipv6: { firewall: 'open' } }),
      cloud('office', ['desk'], { link }),
      cloud('b', ['bob'], { link }),
    ])
    await echoAt(lab, 'bob', addressOf(lab, 'bob'))
    await lab.fault({ name: 'roam', args: ['phone', 'office'] })
    const plan = lab.hosts.find(({ id }) => id === 'phone')
    expect(plan?.site).toBe('office')
    const { eth0 } = await interfacesOf(lab, 'phone')
    expect(eth0?.map(({ cidr }) => cidr)).toEqual([plan?.addresses.v4])
    expect(await measure(lab, 'phone', 'rtt', addressOf(lab, 'bob'), PORT, '3')).toMatchObject({ lost: 0 })
    await lab.fault({ name: 'roam', args: ['phone', 'home'] })
    expect((await interfacesOf(lab, 'phone'))['eth0']).toHaveLength(2)
  })

  test('that cuts a line stops the traffic until it is mended', async (context) => {
    const lab = await openLab(context, [cloud('a', ['alice']), cloud('b', ['bob'])])
    const address = addressOf(lab, 'bob')
    await echoAt(lab, 'bob', address)
    await lab.fault({ name: 'cut', args: ['b', 'in', true] })
    expect(await measure(lab, 'alice', 'rtt', address, PORT, '1')).toMatchObject({ lost: 1 })
    await lab.fault({ name: 'cut', args: ['b', 'in', false] })
    expect(await measure(lab, 'alice', 'rtt', address, PORT, '1')).toMatchObject({ lost: 0 })
  })

  test('that names what is not there is refused, and the lab goes on', async (context) => {
    const lab = await openLab(context, [cloud('a', ['alice'])])
    await expect(lab.fault({ name: 'rebind', args: ['nowhere'] })).rejects.toMatchObject({
      code: 'UNKNOWN_NAT',
    })
    expect(() => lab.spawn('nobody', 'true', [])).toThrow(expect.objectContaining({ code: 'UNKNOWN_HOST' }))
    expect(await lab.stats()).toMatchObject({ escapes: 0 })
  })
})

describe('the end of a lab', () => {
  test('kills its processes, and only its own', async (context) => {
    const [lab, other] = await Promise.all([
      openLab(context, [cloud('a', ['x'])]),
      openLab(context, [cloud('a', ['x'])]),
    ])
    const bystander = spawn('sleep', ['1000'])
    const inOther = other.spawn('x', 'sleep', ['1000'])
    const ended = once(lab.spawn('x', 'sleep', ['1000']), 'exit')
    await lab.close()
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect([bystander.signalCode, inOther.signalCode]).toEqual([null, null])
    bystander.kill()
  })

  test('may come twice, and refuses everything after it', async (context) => {
    const lab = await openLab(context, [cloud('a', ['x'])])
    await Promise.all([lab.close(), lab.close()])
    expect(() => lab.spawn('x', 'true', [])).toThrow(expect.objectContaining({ code: 'LAB_CLOSED' }))
    await expect(lab.stats()).rejects.toMatchObject({ code: 'LAB_CLOSED' })
  })
})

describe('what is missing is told in plain words', () => {
  test('a node that is not there, and one that is no TUN device', () => {
    for (const [tunDevice, reason] of [
      ['/dev/net/no-tun', 'There is no /dev/net/no-tun'],
      ['/dev/null', '/dev/null is no TUN device'],
    ] as const) {
      const available = tunAvailable({ tunDevice })
      expect(available.ok ? '' : available.reason).toContain(reason)
    }
  })

  test('a topology that cannot be built', async (context) => {
    requireTun(context)
    const topology = { sites: [cloud('a', ['x']), cloud('a', ['y'])] }
    await expect(openTunLab(topology, { seed: 1 })).rejects.toMatchObject({ code: 'TOPOLOGY_INVALID' })
  })
})

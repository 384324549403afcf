import { fileURLToPath } from 'node:url'
import { cloud } from '../../topology/presets.ts'
import type { Site } from '../../topology/topology.ts'
import { openTunLab, type Lab } from '../../tun/lab.ts'
import { firstJson } from '../../tun/testing/processes.ts'
import type { NatReport } from '../discover.ts'

const SERVER = fileURLToPath(new URL('../server.ts', import.meta.url))
const CLIENT = fileURLToPath(new URL('../client.ts', import.meta.url))
const PORTS = ['3478', '3479']

export function addressOf(lab: Lab, host: string): string {
  return lab.hosts.find(({ id }) => id === host)?.addresses.v4.split('/')[0] ?? ''
}

/** A lab with two public hosts that run the probe's servers. */
export async function openProbeLab(sites: readonly Site[]): Promise<Lab> {
  const topology = { sites: [cloud('first', ['server1']), cloud('second', ['server2']), ...sites] }
  const lab = await openTunLab(topology, { seed: 5780 })
  const servers = ['server1', 'server2']
  await Promise.all(
    servers.map((host) => {
      const addresses = [host, ...servers.filter((other) => other !== host)].map((id) => addressOf(lab, id))
      const stdio = ['ignore', 'pipe', 'inherit'] as const
      return firstJson(
        lab.spawn(host, process.execPath, [SERVER, ...addresses, ...PORTS], { stdio: [...stdio] }),
      )
    }),
  )
  return lab
}

/** What a host finds out about its NATs. */
export async function probe(lab: Lab, host: string, idleTimesMs: readonly number[]): Promise<NatReport> {
  const addresses = ['server1', 'server2'].map((id) => addressOf(lab, id))
  const args = [CLIENT, ...addresses, ...PORTS, idleTimesMs.join(',')]
  const client = lab.spawn(host, process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return firstJson<NatReport>(client)
}

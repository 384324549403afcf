import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { traitsOf } from '../oracle/traits.ts'
import { parseScenarioFile, type FilePlace } from '../scenarios/scenario-file.ts'
import { cloud, PRESETS, siteOfType } from '../topology/presets.ts'
import type { Site } from '../topology/topology.ts'
import { openTunLab, type Lab } from '../tun/lab.ts'
import { requireTun } from '../tun/testing/requirements.ts'
import { NAT_TYPE_NAMES } from '../virtual/reach.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const DHT_HOST = fileURLToPath(new URL('../run/dht-host.ts', import.meta.url))
const PORT = 20_737
const PRESET_SITES = Object.entries(PRESETS).map(([name, site]) => site(name, [`${name}-host`]))
const MATRIX_SITES = NAT_TYPE_NAMES.map((type) => siteOfType(type, [`${type}-host`], type))

test.for([['preset', PRESET_SITES] as const, ['kind of NAT of the matrix', MATRIX_SITES] as const])(
  'behind every %s the probe finds its NAT, and behind what it wrote it finds the same',
  { timeout: 120_000 },
  async ([, sites], context) => {
    requireTun(context)
    const folder = mkdtempSync(join(tmpdir(), 'pearcast-probe-'))
    context.onTestFinished(() => rmSync(folder, { recursive: true }))
    const names = sites.map(({ id }) => id)
    const found = await probeAll(sites, folder)
    const traits = Object.fromEntries(names.map((name, i) => [name, essence(found[i])]))
    expect(traits).toEqual(Object.fromEntries(sites.map((site) => [site.id, essence(site)])))
    const again = await probeAll(
      found.map((place, i) => ({ ...place, id: names[i] ?? '', hosts: [`${names[i]}-host`] })),
      folder,
    )
    expect(again).toEqual(found)
  },
)

/**
 * What decides who reaches it. Hairpinning is assumed, not seen; the exit of a VPN looks like a router at home that
 * changes ports, and whether a NAT counts its ports is not looked at: HyperDHT does not guess.
 */
function essence(place: Omit<Site, 'id' | 'hosts'> | undefined): object {
  if (place === undefined) return {}
  const { mapping, udp, ipv6 } = traitsOf(place)
  const keepsPorts = place.nats.every(({ behaviour }) => behaviour.portAllocation === 'preserving')
  return udp ? { mapping: mapping === 'predictable' ? 'random' : mapping, udp, ipv6, keepsPorts } : { udp }
}

/** The scenario files that the probe writes in each site's host, all at once, beside a DHT of two hosts. */
async function probeAll(sites: readonly Site[], folder: string): Promise<FilePlace[]> {
  const dht = [cloud('dht-1', ['dht-1']), cloud('dht-2', ['dht-2'], { link: { delayMs: 15 } })]
  const lab = await openTunLab({ sites: [...dht, ...sites] }, { seed: 8 })
  try {
    const first = addressOf(lab, 'dht-1')
    for (const host of ['dht-1', 'dht-2']) {
      const args = [DHT_HOST, addressOf(lab, host), first, String(PORT), '2']
      const child = lab.spawn(host, process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      if (child.stdout !== null) await once(child.stdout, 'data')
    }
    const bootstrap = ['dht-1', 'dht-2'].map((host) => `${addressOf(lab, host)}:${PORT}`).join(',')
    return await Promise.all(
      sites.map(async ({ id }) => {
        const out = join(folder, `${id}.json`)
        const args = [
          MAIN,
          'probe',
          '--bootstrap',
          bootstrap,
          '--udp-blocked',
          '--out',
          out,
          '--role',
          'listener',
        ]
        const child = lab.spawn(`${id}-host`, process.execPath, args, {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        expect(await once(child, 'exit')).toEqual([0, null])
        const { listener } = parseScenarioFile(JSON.parse(readFileSync(out, 'utf8'))).scenario
        if (listener === 'same-lan') throw new Error('the probe wrote no place')
        return listener
      }),
    )
  } finally {
    await lab.close()
  }
}

function addressOf(lab: Lab, host: string): string {
  return lab.hosts.find(({ id }) => id === host)?.addresses.v4.split('/')[0] ?? ''
}

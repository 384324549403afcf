import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readPcapng } from '../pcap/read-pcapng.ts'
import { flow } from '../testing/packets.ts'
import { cloud, home } from '../topology/presets.ts'
import { openTunLab } from './lab.ts'
import { firstJson } from './testing/processes.ts'
import { requireTun } from './testing/requirements.ts'

const TRAFFIC = fileURLToPath(new URL('./testing/traffic.ts', import.meta.url))
const PORT = '5000'
const COUNT = 5

test('a file for each host holds what passed its interface, before and behind the NAT', async (context) => {
  requireTun(context)
  const folder = mkdtempSync(join(tmpdir(), 'pearcast-capture-'))
  try {
    const lab = await openTunLab(
      { sites: [home('a', ['alice']), cloud('b', ['bob'])] },
      { seed: 1, pcapFolder: folder },
    )
    try {
      const [alice, bob] = lab.hosts.map(({ addresses }) => addresses.v4.split('/')[0] ?? '')
      const run = (host: string, ...args: string[]): Promise<Record<string, number>> =>
        firstJson(
          lab.spawn(host, process.execPath, [TRAFFIC, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
        )
      await run('bob', 'echo', bob ?? '', PORT)
      expect(await run('alice', 'rtt', bob ?? '', PORT, String(COUNT))).toMatchObject({ lost: 0 })
      await lab.close()

      const [inside, outside] = ['alice', 'bob'].map((host) => {
        const { description, packets } = readPcapng(readFileSync(join(folder, `${host}.pcapng`)))
        expect(description).toBe(host)
        const flows = packets.map(({ bytes, direction }) => `${direction} ${flow(bytes)}`)
        return flows.filter((text) => text.includes(`${bob}:${PORT}`))
      })
      expect(inside).toHaveLength(2 * COUNT)
      expect(outside).toHaveLength(2 * COUNT)
      expect(inside?.[0]).toMatch(new RegExp(`^out ${alice}:\\d+ > ${bob}:${PORT}$`))
      expect(inside?.[1]).toMatch(new RegExp(`^in ${bob}:${PORT} > ${alice}:\\d+$`))
      expect(outside?.[0]).toMatch(new RegExp(`^in (?!${alice})[\\d.]+:\\d+ > ${bob}:${PORT}$`))
    } finally {
      await lab.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

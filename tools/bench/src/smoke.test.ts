import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Row } from './figures/row.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

async function bench(...args: string[]): Promise<Row[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args, '--quick'], {
    timeout: 110_000,
  })
  const rows: Row[] = []
  for (const line of stdout.split('\n')) if (line.startsWith('{')) rows.push(JSON.parse(line))
  return rows
}

const STAT = '/proc/self/stat'
const runs = existsSync(STAT) || process.env['CI'] === 'true'
if (!runs) process.stderr.write(`SKIP: ${STAT} is not here, from which CPU time is read\n`)

// The figures of a busy machine mean nothing: only that there are some.
it.runIf(runs)('prints a row for a station with listeners over swarm', { timeout: 120_000 }, async () => {
  const rows = await bench('fanout')
  expect(rows).toMatchObject([{ bench: 'fanout', path: 'swarm', n: 3 }])
  // A clock tick of the process's CPU time is longer than a quick run may take of it.
  expect(rows[0]?.cpuUsPerPacket).toBeGreaterThanOrEqual(0)
  expect(rows[0]?.lossRatio).toBeLessThan(0.5)
})

it('prints a row for each cipher', { timeout: 120_000 }, async () => {
  const rows = await bench('crypto')
  expect(rows.map(({ path }) => path)).toContain('seal a datagram')
  expect(rows.every(({ cpuUsPerPacket }) => (cpuUsPerPacket ?? 0) > 0)).toBe(true)
})

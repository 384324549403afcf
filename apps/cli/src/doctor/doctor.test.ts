import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPrivateDht } from '@pearcast/swarm'
import { afterAll, expect, test } from 'vitest'
import { runCli } from '../testing/run-cli.ts'

const home = mkdtempSync(join(tmpdir(), 'pearcast-doctor-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('where a DHT answers: every check told, exit code 0', async () => {
  const dht = await startPrivateDht()
  try {
    const bootstrap = dht.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    const { code, stdout } = await runCli(home, ['doctor', '--json', '--bootstrap', bootstrap])
    const events = stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
    const names = events.filter(({ event }) => event === 'check').map(({ name }) => name)
    expect(new Set(names)).toEqual(
      new Set(['udp', 'dht', 'nat', 'port', 'ipv6', 'clock', 'audio', 'ffmpeg', 'rtc', 'files', 'keys']),
    )
    expect(events.at(-1)).toMatchObject({ event: 'diagnosis', verdict: 'local', nat: null, paths: null })
    expect(code).toBe(0)
  } finally {
    await dht.close()
  }
}, 30_000)

test('where nobody answers: exit code 4, with what to do', async () => {
  const silent = createSocket('udp4')
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve))
  try {
    const bootstrap = `127.0.0.1:${silent.address().port}`
    const { code, stdout } = await runCli(home, ['doctor', '--bootstrap', bootstrap])
    expect(stdout).toMatch(/FAIL +udp +No answer over UDP.*Start one with `pearcast dht`/)
    expect(stdout).toMatch(/cannot go on air here/)
    expect(code).toBe(4)
  } finally {
    silent.close()
  }
}, 30_000)

test('a damaged key file fails the check, and nothing else', async () => {
  const folder = join(home, 'damaged')
  await mkdir(join(folder, 'stations'), { recursive: true })
  writeFileSync(join(folder, 'stations', 'jazz.json'), '{', { mode: 0o600 })
  const dht = await startPrivateDht()
  try {
    const bootstrap = dht.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    const { code, stdout } = await runCli(folder, ['doctor', '--bootstrap', bootstrap])
    expect(stdout).toMatch(/FAIL +keys +The station file .*jazz\.json cannot be read/)
    expect(stdout.match(/FAIL/g)).toHaveLength(1)
    expect(code).toBe(1)
  } finally {
    await dht.close()
  }
}, 30_000)

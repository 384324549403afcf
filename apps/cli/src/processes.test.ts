import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { formatLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'pearcast-processes-'))
/** A well-formed link of a station that nobody runs. */
const LINK = formatLink(sodium, { stationKey: new Uint8Array(32).fill(7) })
const running = new Set<ChildProcess>()
afterEach(() => running.forEach((child) => child.kill('SIGKILL')))
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Started {
  child: ChildProcess
  lines: Interface
  exited: Promise<number | null>
}

function start(args: string[], ipc = false): Started {
  const env = { ...process.env, PEARCAST_HOME: home, PEARCAST_BOOTSTRAP: '' }
  const child = spawn(process.execPath, [MAIN, ...args, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore', ...(ipc ? ['ipc' as const] : [])],
  })
  running.add(child)
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  if (child.stdout === null) throw new Error('stdout was asked for')
  return { child, exited, lines: createInterface({ input: child.stdout }) }
}

async function nextEvent({ lines }: Started): Promise<Record<string, unknown>> {
  const [line] = await once(lines, 'line')
  const event: Record<string, unknown> = JSON.parse(String(line))
  return event
}

async function startDht(ipc = false): Promise<Started & { bootstrap: string }> {
  const started = start(['dht'], ipc)
  const ready = await nextEvent(started)
  expect(ready).toMatchObject({ event: 'dht-ready', nodes: 4 })
  return { ...started, bootstrap: String(ready['bootstrap']) }
}

describe('a command that runs until it is stopped', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
    ['SIGHUP', 0],
  ] as const)('leaves cleanly on %s with exit code %i', async (signal, code) => {
    const dht = await startDht()
    const last = nextEvent(dht)
    dht.child.kill(signal)
    expect(await last).toMatchObject({ event: 'ended', reason: 'stopped' })
    expect(await dht.exited).toBe(code)
  })

  test('leaves while it still looks for a DHT, and that is no failure', async () => {
    const listener = start(['listen', LINK, '--output', 'null', '--bootstrap', '127.0.0.1:1'])
    expect(await nextEvent(listener)).toMatchObject({ event: 'searching' })
    const last = nextEvent(listener)
    listener.child.kill('SIGINT')
    expect(await last).toMatchObject({ event: 'ended', reason: 'stopped', framesPlayed: 0 })
    expect(await listener.exited).toBe(130)
  })

  test('does not outlive a parent that holds its IPC channel', async () => {
    const dht = await startDht(true)
    dht.child.disconnect()
    expect(await dht.exited).toBe(0)
  })

  test('ends when nobody reads its output any more', async () => {
    const { bootstrap } = await startDht()
    const station = start(['broadcast', 'tone', '--bootstrap', bootstrap])
    expect(await nextEvent(station)).toMatchObject({ event: 'on-air' })
    station.child.stdout?.destroy()
    expect(await station.exited).toBe(0)
  })
})

test('a station that is not on air within --wait: exit code 5, the error before the end', async () => {
  const { bootstrap } = await startDht()
  const station = start(['broadcast', 'tone', '--bootstrap', bootstrap])
  const { link } = await nextEvent(station)
  station.child.kill('SIGTERM')
  expect(await station.exited).toBe(0)

  const listener = start([
    'listen',
    String(link),
    '--output',
    'null',
    '--wait',
    '1',
    '--bootstrap',
    bootstrap,
  ])
  const events: unknown[] = []
  listener.lines.on('line', (line) => {
    const { event }: { event: string } = JSON.parse(line)
    events.push(event)
  })
  expect(await listener.exited).toBe(5)
  expect(events.at(0)).toBe('searching')
  expect(events.slice(-2)).toEqual(['error', 'ended'])
})

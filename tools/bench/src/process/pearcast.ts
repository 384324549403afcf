import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PrivateDht } from '@pearcast/swarm'
import { end, pidOf, SENDER_CORE, spawnPinned } from './pinned.ts'
import { removeScratch, scratchFolder } from './scratch.ts'

export const ROOT: string = fileURLToPath(new URL('../../../../', import.meta.url))
export const PEARCAST: string = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const SAMPLE: string = join(ROOT, 'samples', 'first-light.flac')
const EVENT_MS = 60_000

interface CliEvent {
  readonly event: string
  /** ms since 1970. */
  readonly t: number
  readonly [field: string]: unknown
}

/** A real `pearcast` with a home of its own. */
export interface Pearcast {
  readonly pid: number
  /** The first such event after the first `from` events. */
  until(event: string, from?: number): Promise<CliEvent>
  readonly events: readonly CliEvent[]
  close(): Promise<void>
}

export function startPearcast(core: number, args: readonly string[], node: readonly string[] = []): Pearcast {
  const home = scratchFolder()
  const child = spawnPinned(core, process.execPath, [...node, PEARCAST, ...args, '--json'], {
    env: { ...process.env, PEARCAST_HOME: home },
  })
  const events: CliEvent[] = []
  const waiting = new Set<() => void>()
  const wake = (): void => waiting.forEach((look) => look())
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return
      events.push(JSON.parse(line))
      if (line.includes('"event":"error"')) console.error(line)
      wake()
    })
  }
  child.once('exit', wake)
  const until = (name: string, from = 0): Promise<CliEvent> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`pearcast ${args[0]}: no "${name}" ${why}`))
      const timer = setTimeout(() => fail(`within ${EVENT_MS} ms`), EVENT_MS)
      const look = (): void => {
        const found = events.slice(from).find(({ event }) => event === name)
        if (found === undefined && child.exitCode === null) return void waiting.add(look)
        clearTimeout(timer)
        waiting.delete(look)
        if (found === undefined) fail(`before it ended with ${child.exitCode}`)
        else resolve(found)
      }
      look()
    })
  const close = async (): Promise<void> => {
    await end(child, 'SIGTERM')
    removeScratch(home)
  }
  return { pid: pidOf(child), events, until, close }
}

export function bootstrapOf(dht: PrivateDht): string[] {
  return ['--bootstrap', dht.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')]
}

export interface StationOptions {
  core?: number
  args?: readonly string[]
  node?: readonly string[]
}

/**
 * A station on air over swarm: it reads, encodes, signs and sends. Its profile is left in the folder that
 * PEARCAST_BENCH_PROFILE names.
 */
export async function startStation(
  dht: PrivateDht,
  { args = [], core = SENDER_CORE, node = [] }: StationOptions = {},
): Promise<{ program: Pearcast; link: string }> {
  const profile = process.env['PEARCAST_BENCH_PROFILE']
  const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile]
  const command = ['broadcast', SAMPLE, '--loop', '--path', 'swarm', ...bootstrapOf(dht), ...args]
  const program = startPearcast(core, command, [...profiling, ...node])
  return { program, link: String((await program.until('on-air'))['link']) }
}

/** A relay of that station, with room for so many. */
export async function startRelay(
  dht: PrivateDht,
  link: string,
  children: number,
): Promise<{ program: Pearcast; key: string }> {
  const room = ['--max-children', String(children), '--uplink', '2000mbit']
  const program = startPearcast(SENDER_CORE, ['relay', link, ...room, ...bootstrapOf(dht)])
  return { program, key: String((await program.until('relaying'))['key']) }
}

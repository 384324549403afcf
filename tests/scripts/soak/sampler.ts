import { readdir } from 'node:fs/promises'
import type { CliEvent, Pearcast } from '../../src/testing/pearcast.ts'

/** What a process holds on to, after its garbage was collected. */
export interface Sample {
  atS: number
  heapMiB: number
  /** Outside of the heap: buffers of sockets and frames. */
  externalMiB: number
  rssMiB: number
  descriptors: number
  listeners: number
}

const ANSWER_MS = 30_000
const MIB = 2 ** 20

export async function sample(broadcaster: Pearcast, startedMs: number): Promise<Sample> {
  const said = broadcaster.events.length
  broadcaster.child.kill('SIGUSR2')
  const heap = await broadcaster.until('heap', ANSWER_MS, said)
  const descriptors = await readdir(`/proc/${broadcaster.child.pid}/fd`).catch(() => [])
  return {
    atS: Math.round((Date.now() - startedMs) / 1000),
    heapMiB: field(heap, 'heapUsed') / MIB,
    externalMiB: field(heap, 'external') / MIB,
    rssMiB: field(heap, 'rss') / MIB,
    descriptors: descriptors.length,
    listeners: field(broadcaster.of('stats').at(-1), 'listeners'),
  }
}

export interface Verdict {
  /** What is not flat; nothing when all is well. */
  growing: string[]
  lines: string[]
}

/** Growth from the middle third of the run to the last that counts as flat; the first third warms up. */
const TOLERANCE = {
  heapMiB: { ratio: 0.1, least: 2 },
  externalMiB: { ratio: 0.1, least: 2 },
  descriptors: { ratio: 0.1, least: 5 },
} as const

/**
 * Medians are compared: a sample may fall on a join. A single step (a table or a native buffer that doubled) is told from a
 * leak by what follows: within the last third a leak goes on.
 */
export function judge(samples: readonly Sample[]): Verdict {
  const third = Math.floor(samples.length / 3)
  const verdict: Verdict = { growing: [], lines: [] }
  for (const [what, { least, ratio }] of entries(TOLERANCE)) {
    const middle = median(samples.slice(third, 2 * third).map((each) => each[what]))
    const end = samples.slice(2 * third).map((each) => each[what])
    const last = median(end)
    const allowed = Math.max(least, middle * ratio)
    const line = `${what}: ${middle.toFixed(1)} -> ${last.toFixed(1)}, may grow by ${allowed.toFixed(1)}`
    const half = Math.floor(end.length / 2)
    const isLevel = median(end.slice(half)) - median(end.slice(0, half)) <= allowed / 4
    const outcome = last - middle <= allowed ? 'flat' : isLevel ? 'one step, level since' : 'GROWS'
    verdict.lines.push(`${line}: ${outcome}`)
    if (outcome === 'GROWS') verdict.growing.push(what)
  }
  return verdict
}

export function tableRow(values: readonly (string | number)[]): string {
  return values.map((value) => (typeof value === 'number' ? value.toFixed(1) : value).padStart(9)).join(' ')
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function field(event: CliEvent | undefined, name: string): number {
  const value = event?.[name]
  return typeof value === 'number' ? value : Number.NaN
}

function entries<K extends string, V>(of: Readonly<Record<K, V>>): [K, V][] {
  const keys: K[] = []
  for (const key in of) keys.push(key)
  return keys.map((key) => [key, of[key]])
}

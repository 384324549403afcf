// `nx run tests:soak`: a broadcast with listeners that come and go, and what the broadcaster holds on to meanwhile.
// Usage: node scripts/soak.ts [--minutes 20] [--listeners 10] [--seed N]
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Lab, ROOT, type Pearcast } from '../src/testing/pearcast.ts'
import { judge, sample, tableRow, type Sample } from './soak/sampler.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    listeners: { type: 'string', default: '10' },
    seed: { type: 'string' },
  },
})
const minutes = Number(values.minutes)
const count = Number(values.listeners)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const SAMPLE_MS = 10_000
const FIRST_AUDIO_MS = 60_000
/** A listener stays for so long, and its place is empty for so long. */
const STAYS_MS = [15_000, 45_000] as const
const AWAY_MS = [500, 5000] as const
/** The rest says goodbye. */
const KILLED_RATIO = 0.2
const PATHS = ['auto', 'swarm', 'webrtc']
const CLI = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
const HEAP_PROBE = ['--expose-gc', '--import', join(import.meta.dirname, 'soak', 'heap-probe.ts')]

const startedMs = Date.now()
const endMs = startedMs + minutes * 60_000
const over = (): boolean => Date.now() >= endMs
let state = seed >>> 0
const tally = { joins: 0, framesPlayed: 0, framesLost: 0, framesConcealed: 0, failed: 0 }

const lab = await Lab.open()
process.once('SIGINT', () => void lab.close().then(() => process.exit(130)))
try {
  process.exitCode = (await soak()) ? 0 : 1
} finally {
  await lab.close()
}

async function soak(): Promise<boolean> {
  console.log(`${minutes} min, ${count} listeners coming and going, seed ${seed}`)
  const command = ['broadcast', 'tone', '--json', '--bootstrap', lab.bootstrap]
  const broadcaster = lab.runOther(process.execPath, [...HEAP_PROBE, CLI, ...command])
  const { link } = await broadcaster.until('on-air')
  const places = Array.from({ length: count }, (_, place) => comeAndGo(place, String(link)))
  const samples = await watch(broadcaster)
  await Promise.all(places)
  await broadcaster.stop()
  const { growing, lines } = judge(samples)
  const { failed, framesConcealed, framesLost, framesPlayed, joins } = tally
  console.log(lines.join('\n'))
  console.log(
    `${joins} joins (${failed} without audio); ${framesPlayed} frames played by those who said goodbye,`,
  )
  console.log(`${framesConcealed} concealed, ${framesLost} lost`)
  if (samples.length < 9) console.log('too short for a verdict: three thirds of three samples are the least')
  return growing.length === 0 && samples.length >= 9
}

async function watch(broadcaster: Pearcast): Promise<Sample[]> {
  const samples: Sample[] = []
  console.log(tableRow(['s', 'heap MiB', 'external', 'RSS MiB', 'fd', 'listeners', 'joins']))
  while (!over()) {
    await pause(SAMPLE_MS)
    const taken = await sample(broadcaster, startedMs)
    samples.push(taken)
    const { atS, descriptors, externalMiB, heapMiB, listeners, rssMiB } = taken
    const whole = [String(descriptors), String(listeners), String(tally.joins)]
    console.log(tableRow([String(atS), heapMiB, externalMiB, rssMiB, ...whole]))
  }
  return samples
}

/** One place of the audience: taken, left, taken again by somebody else. */
async function comeAndGo(place: number, link: string): Promise<void> {
  await pause(between([0, 1000 * count]))
  for (let visit = place; !over(); visit++) {
    const listener = lab.listen(link, '--output', 'null', '--path', PATHS[visit % PATHS.length] ?? 'auto')
    tally.joins++
    const heard = await listener.until('first-audio', FIRST_AUDIO_MS).catch(() => undefined)
    if (heard === undefined) tally.failed++
    await pause(Math.min(between(STAYS_MS), Math.max(0, endMs - Date.now())))
    await leave(listener)
    await pause(between(AWAY_MS))
  }
}

async function leave(listener: Pearcast): Promise<void> {
  if (random() < KILLED_RATIO) return void (await listener.stop('SIGKILL'))
  await listener.stop()
  const end = listener.of('ended').at(-1)
  for (const figure of ['framesPlayed', 'framesConcealed', 'framesLost'] as const) {
    const value = end?.[figure]
    if (typeof value === 'number') tally[figure] += value
  }
}

function between([least, most]: readonly [number, number]): number {
  return least + random() * (most - least)
}

/** mulberry32. */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), state | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

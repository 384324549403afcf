import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { NetsimError } from '../errors.ts'
import { runsIn } from '../report/page/scale-data.ts'
import { scaleAimsText } from '../report/scale-aims.ts'
import { Interruption } from '../run/interruption.ts'
import { stepsOf, type StoryReport } from '../virtual/story.ts'
import { commit } from './commit.ts'
import { Pace } from './pace.ts'
import { Progress } from './progress.ts'

export interface ScaleOptions {
  seed: number
  listeners: number[]
  relays: number[]
  minutes: number
  out: string
  json?: true
}

/** What a story came to, and what it took. */
interface ScaleRun extends StoryReport {
  readonly name: string
  readonly wallS: number
  /** Of this process: what counts on a machine that does other things as well. */
  readonly cpuS: number
  readonly timesRealTime: number
  /** The arrivals take most: a tree that has grown is calmer. */
  readonly timesRealTimeIn: Pace['timesRealTimeIn']
  readonly memoryMiB: number
}

const LOOK_MS = 200

/**
 * Plays trees of many listeners in virtual time, one after the other, and writes all figures and curves as JSON. Needs
 * no lab. Ctrl-C ends it with what is finished. Resolves with the exit code.
 */
export async function scale(options: ScaleOptions): Promise<number> {
  const interruption = new Interruption()
  try {
    return await playAll(options, interruption)
  } finally {
    interruption.stop()
  }
}

async function playAll(options: ScaleOptions, interruption: Interruption): Promise<number> {
  const { json, listeners, relays } = options
  const file = resolve(options.out)
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw NetsimError.folderUnusable(dirname(file), error)
  })
  const wanted = listeners.flatMap((count) => relays.map((share) => ({ count, share })))
  const runs: ScaleRun[] = []
  for (const { count, share } of wanted) {
    const run = await playOne(count, share, options, interruption.signal)
    if (run === undefined) {
      const kept = runs.length === 0 ? 'none' : `${runs.length}, in ${file}`
      process.stderr.write(`Of ${wanted.length} runs finished: ${kept}.\n`)
      return interruption.exitCode
    }
    runs.push(run)
    // After each: what is finished is kept, however the rest ends.
    const report = { commit: commit(), node: process.version, at: new Date().toISOString(), runs }
    await writeFile(file, `${JSON.stringify(report, undefined, 1)}\n`)
    process.stdout.write(json ? `${JSON.stringify({ ...run, curve: undefined })}\n` : `${textOf(run)}\n`)
  }
  if (!json) process.stdout.write(`Report: ${file}\n`)
  return 0
}

/** Undefined when it was interrupted. */
async function playOne(
  listeners: number,
  share: number,
  { minutes, seed }: ScaleOptions,
  interrupted: AbortSignal,
): Promise<ScaleRun | undefined> {
  const startedMs = performance.now()
  const cpuBefore = process.cpuUsage()
  const name = `${percent(share)} relays`
  const progress = new Progress(`${listeners}, ${name}`)
  const pace = new Pace(startedMs)
  const mix = { relays: share, slots: { least: 2, most: 8 } }
  const steps = stepsOf({ seed, listeners, churnMinutes: minutes, mix })
  let memory = 0
  let lookMs = startedMs
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) {
    const nowMs = performance.now()
    pace.note(step.value, nowMs)
    if (nowMs < lookMs) continue
    memory = Math.max(memory, process.memoryUsage.rss())
    progress.look(step.value)
    // A signal is taken in between only.
    await setImmediate()
    if (interrupted.aborted) break
    lookMs = performance.now() + LOOK_MS
  }
  progress.end()
  if (step.done !== true) return undefined
  const wallS = (performance.now() - startedMs) / 1000
  const { system, user } = process.cpuUsage(cpuBefore)
  return {
    name,
    wallS: Math.round(10 * wallS) / 10,
    cpuS: Math.round((system + user) / 1e5) / 10,
    timesRealTime: pace.timesRealTime,
    timesRealTimeIn: pace.timesRealTimeIn,
    memoryMiB: Math.round(memory / 2 ** 20),
    ...step.value,
  }
}

function textOf(run: ScaleRun): string {
  const { arrival, churn, partition, timesRealTimeIn: times } = run
  const { healedAfterS } = partition
  const healed = healedAfterS === undefined ? 'not healed within 40 s' : `healed after ${healedAfterS} s`
  return [
    `${run.listeners} listeners, ${run.name}, seed ${run.seed}: hash ${run.hash} of ${run.events} events, ${run.transitions} transitions`,
    `  ${run.simulatedS} s in ${run.wallS} s, ${run.cpuS} s of CPU, ${run.memoryMiB} MiB`,
    `  ${run.timesRealTime} x real time: arrival ${times.arrival}, churn ${times.churn}, partition ${times.partition}`,
    `  arrival: first sound p50 ${arrival.joinMs.p50} p95 ${arrival.joinMs.p95} ms, ${arrival.unserved} heard nothing, ${arrival.placesPerListener} places a listener, ${arrival.messagesPerPeer} messages a peer`,
    `  churn: continuity ${(100 * churn.continuity).toFixed(3)} %, copies <= ${churn.copiesMax}, depth p95 ${churn.depthP95} max ${churn.depthMax}, uplink used ${percent(churn.uplinkUsed)}, ${churn.messagesPerPeerMinute} messages a peer and minute`,
    `  partition: ${percent(partition.othersHearing)} of the others hear, ${healed}`,
    ...runsIn(run).map(({ figures }) => `  ${scaleAimsText(figures)}`),
  ].join('\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).replace('.0', '')} %`
}

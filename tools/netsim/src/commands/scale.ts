import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { NetsimError } from '../errors.ts'
import type { Census } from '../virtual/census.ts'
import { playStory, type StoryReport } from '../virtual/story.ts'
import { commit } from './commit.ts'

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
  readonly memoryMiB: number
}

/**
 * Plays trees of many listeners in virtual time, one after the other, and writes all figures and curves as JSON. Needs
 * no lab. Resolves with the exit code.
 */
export async function scale({ json, listeners, minutes, out, relays, seed }: ScaleOptions): Promise<number> {
  const file = resolve(out)
  await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
    throw NetsimError.folderUnusable(dirname(file), error)
  })
  const runs: ScaleRun[] = []
  for (const count of listeners) {
    for (const share of relays) {
      const run = playOne(count, share, minutes, seed)
      runs.push(run)
      // After each: whoever stops a long one keeps what there is.
      const report = { commit: commit(), node: process.version, at: new Date().toISOString(), runs }
      await writeFile(file, `${JSON.stringify(report, undefined, 1)}\n`)
      process.stdout.write(json ? `${JSON.stringify({ ...run, curve: undefined })}\n` : `${textOf(run)}\n`)
    }
  }
  if (!json) process.stdout.write(`Report: ${file}\n`)
  return 0
}

function playOne(listeners: number, share: number, churnMinutes: number, seed: number): ScaleRun {
  const startedMs = performance.now()
  const cpuBefore = process.cpuUsage()
  let memory = 0
  const report = playStory({
    seed,
    listeners,
    churnMinutes,
    mix: { relays: share, slots: { least: 2, most: 8 } },
    onCensus: (now) => {
      memory = Math.max(memory, process.memoryUsage.rss())
      if (process.stderr.isTTY) process.stderr.write(`\r${progressOf(now)}`)
    },
  })
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
  const wallS = (performance.now() - startedMs) / 1000
  const { system, user } = process.cpuUsage(cpuBefore)
  return {
    name: `${percent(share)} relays`,
    wallS: Math.round(10 * wallS) / 10,
    cpuS: Math.round((system + user) / 1e5) / 10,
    timesRealTime: Math.round((10 * report.simulatedS) / wallS) / 10,
    memoryMiB: Math.round(memory / 2 ** 20),
    ...report,
  }
}

function progressOf({ atS, depth, hearing, listeners }: Census): string {
  return `${atS} s: ${listeners} listeners, ${percent(hearing)} hear, depth ${depth.max} `
}

function textOf(run: ScaleRun): string {
  const { arrival, churn, partition } = run
  const healed = partition.healedAfterS === undefined ? 'not within 40 s' : `${partition.healedAfterS} s`
  return [
    `${run.listeners} listeners, ${run.name}, seed ${run.seed}: hash ${run.hash} of ${run.events} events, ${run.transitions} transitions`,
    `  ${run.simulatedS} s in ${run.wallS} s (${run.timesRealTime} x real time; ${run.cpuS} s of CPU), ${run.memoryMiB} MiB`,
    `  arrival: first sound p50 ${arrival.joinMs.p50} p95 ${arrival.joinMs.p95} ms, ${arrival.unserved} heard nothing, ${arrival.placesPerListener} places a listener, ${arrival.messagesPerPeer} messages a peer`,
    `  churn: continuity ${(100 * churn.continuity).toFixed(3)} %, copies <= ${churn.copiesMax}, depth p95 ${churn.depthP95} max ${churn.depthMax}, uplink used ${percent(churn.uplinkUsed)}, ${churn.messagesPerPeerMinute} messages a peer and minute`,
    `  partition: ${percent(partition.othersHearing)} of the others hear, healed after ${healed}`,
  ].join('\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).replace('.0', '')} %`
}

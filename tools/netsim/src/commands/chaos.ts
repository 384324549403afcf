import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chaosOf, fileOf, type Chaos } from '../chaos/generate.ts'
import type { ChaosStep } from '../chaos/events.ts'
import { shrink } from '../chaos/shrink.ts'
import { tableHead, tableRow } from '../report/table.ts'
import { writeReport } from '../report/write-report.ts'
import { summaryOf, closing } from '../report/summary.ts'
import { Interruption } from '../run/interruption.ts'
import { RunFolder } from '../run/run-folder.ts'
import { runScenario, type Result } from '../run/run-scenario.ts'
import { stepText } from '../run/timeline.ts'
import { scenarioOf } from '../scenarios/scenario-file.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { commit } from './commit.ts'

export interface ChaosOptions {
  seed: number
  runs: number
  jobs: number
  shrink: boolean
  without?: NonNullable<Scenario['without']>['mechanism']
  report: string
  keep?: string
  tunDevice?: string
}

/**
 * Play seeds one after the other; what fails is shrunk to the fewest events and kept as a scenario file. Resolves with
 * the exit code.
 */
export async function playChaos(options: ChaosOptions): Promise<number> {
  const { seed, runs, jobs } = options
  const own = await RunFolder.open(options.report)
  const folder = own.path
  const startedMs = performance.now()
  say(tableHead())
  const results: Result[] = []
  const seeds = Array.from({ length: runs }, (_, i) => seed + i)
  const interruption = new Interruption()
  const { signal } = interruption
  const work = async (): Promise<void> => {
    for (let next = seeds.shift(); next !== undefined && !signal.aborted; next = seeds.shift()) {
      const result = await playSeed(chaosOf(next), folder, { ...options, signal })
      if (result !== undefined) results.push(result)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  const durationMs = Math.round(performance.now() - startedMs)
  const { name: interrupted } = interruption
  const summary = { ...summaryOf(results, 0), durationMs, ...(interrupted && { interrupted }) }
  const at = new Date().toISOString()
  const report = { commit: commit(), node: process.version, at, jobs, summary, results }
  const { files } = await writeReport(report, { folder })
  say(`\n${closing(results, durationMs, interrupted)}`)
  say(`Report: ${files.page}, report.json and junit.xml beside it`)
  await own.close(true)
  interruption.stop()
  if (interrupted !== undefined) return interruption.exitCode
  return summary.failed === 0 ? 0 : 1
}

/** Undefined when it was interrupted before it came to anything. */
async function playSeed(
  chaos: Chaos,
  folder: string,
  options: ChaosOptions & { signal: AbortSignal },
): Promise<Result | undefined> {
  const { seed, events } = chaos
  const { signal } = options
  let plays = 0
  const play = (some: readonly ChaosStep[]): Promise<Result> => {
    const own = join(folder, `seed-${seed}${plays++ === 0 ? '' : `-try-${plays}`}`)
    return runScenario(scenarioWith(chaos, some, options), {
      seed,
      folder: own,
      tunDevice: options.tunDevice,
      signal,
    })
  }
  const result = await play(events)
  if (signal.aborted) return undefined
  say(tableRow(result))
  if (result.passed) return result
  process.stderr.write(`    seed ${seed}, commit ${commit()}, logs in ${result.folder}\n`)
  const fails = async (some: readonly ChaosStep[]): Promise<boolean> => {
    if (signal.aborted) return false
    const isFailure = !(await play(some)).passed
    // What an interruption has spoiled shows nothing.
    if (signal.aborted) return false
    say(`    ${some.length} of ${events.length} events: ${isFailure ? 'fails' : 'passes'}`)
    return isFailure
  }
  const fewest = options.shrink ? await shrink(events, fails) : events
  await keep(chaos, fewest, result, resolve(options.keep ?? folder))
  return result
}

function scenarioWith(chaos: Chaos, events: readonly ChaosStep[], { without }: ChaosOptions): Scenario {
  const scenario = scenarioOf(fileOf(chaos, events), 'chaos')
  return without === undefined ? scenario : { ...scenario, without: { mechanism: without, role: 'both' } }
}

async function keep(
  chaos: Chaos,
  events: readonly ChaosStep[],
  result: Result,
  folder: string,
): Promise<void> {
  const note = [
    `chaos seed ${chaos.seed} at commit ${commit()}: ${events.length} of ${chaos.events.length} events`,
    ...result.problems.slice(0, 3).map((problem) => problem.slice(0, 200)),
  ]
  await mkdir(folder, { recursive: true })
  const path = join(folder, `seed-${chaos.seed}.json`)
  await writeFile(path, `${JSON.stringify({ ...fileOf(chaos, events), note }, undefined, 2)}\n`)
  say(
    `    ${events.length} event${events.length === 1 ? '' : 's'}: ${events.map(stepText).join('; ') || 'none'}`,
  )
  say(`    kept as ${path}; --file plays it`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

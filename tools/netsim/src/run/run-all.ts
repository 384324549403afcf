import { join } from 'node:path'
import type { Scenario } from '../scenarios/scenario.ts'
import { runScenario, type Result } from './run-scenario.ts'

export interface RunOptions {
  seed: number
  /** Each scenario so many times, each time with another seed. */
  repeat: number
  /** Scenarios at once, each in a lab of its own. */
  jobs: number
  /** For the processes' logs. */
  folder: string
  /** For the packets of each play's hosts. */
  pcap?: string | undefined
  tunDevice?: string | undefined
  onResult: (result: Result) => void
}

/** Play scenarios; the long ones begin first when several run at once. Resolves with the results by their order. */
export async function runAll(scenarios: readonly Scenario[], options: RunOptions): Promise<Result[]> {
  const { seed, repeat, jobs, folder, pcap, tunDevice, onResult } = options
  const plays = Array.from({ length: repeat }, (_, round) =>
    scenarios.map((scenario) => ({ scenario, seed: seed + round })),
  ).flat()
  const results: Result[][] = plays.map(() => [])
  const queue = plays.map((play, order) => ({ ...play, order }))
  if (jobs > 1) queue.sort((a, b) => lengthMs(b.scenario) - lengthMs(a.scenario))
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const name = folderName(next.scenario.name, next.seed)
      const result = await runScenario(next.scenario, {
        seed: next.seed,
        tunDevice,
        folder: join(folder, name),
        pcapFolder: pcap && join(pcap, name),
      })
      const { rest = [], ...first } = result
      results[next.order] = [first, ...rest]
      for (const each of [first, ...rest]) onResult(each)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return results.flat()
}

function folderName(name: string, seed: number): string {
  return `${name.replaceAll(/[^\w%+-]+/g, '-')}-${seed}`
}

/** Of another listener, to be heard. */
const COMES_MS = 2000

/** Roughly how long a scenario plays. */
function lengthMs({ steps = [], listenMs = 4000, expect, others = [] }: Scenario): number {
  const waitMs = expect.verdict === 'silent' ? expect.forMs : 0
  return waitMs + listenMs + others.length * COMES_MS + steps.reduce((sum, { afterMs }) => sum + afterMs, 0)
}

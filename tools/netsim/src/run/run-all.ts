import { join } from 'node:path'
import type { Scenario } from '../scenarios/scenario.ts'
import { isEnoughToMeasure } from './hold-up.ts'
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
  /** What failed where the machine stood still too long to measure anything: it is played again when all others are done. */
  onSetAside: (result: Result) => void
}

/** Play scenarios; the long ones begin first when several run at once. Resolves with the results by their order. */
export async function runAll(scenarios: readonly Scenario[], options: RunOptions): Promise<Result[]> {
  const { seed, repeat, jobs, onResult, onSetAside } = options
  const plays = Array.from({ length: repeat }, (_, round) =>
    scenarios.map((scenario) => ({ scenario, seed: seed + round })),
  ).flat()
  const results: Result[][] = plays.map(() => [])
  const queue: Play[] = plays.map((play, order) => ({ ...play, order }))
  if (jobs > 1) queue.sort((a, b) => lengthMs(b.scenario) - lengthMs(a.scenario))
  const aside: Play[] = []
  const settle = (play: Play, played: readonly Result[]): void => {
    results[play.order] = [...played]
    for (const each of played) onResult(each)
  }
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const played = await once(next, options)
      const unmeasured = played.find((result) => !result.passed && !isMeasured(result))
      if (unmeasured === undefined) settle(next, played)
      else {
        aside.push({ ...next, setAside: unmeasured.problems })
        onSetAside(unmeasured)
      }
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  // One at a time: the machine has little to give.
  for (const play of aside) settle(play, await once(play, options))
  return results.flat()
}

interface Play {
  scenario: Scenario
  seed: number
  order: number
  /** What was wrong with it the time before. */
  setAside?: string[]
}

async function once({ scenario, seed, setAside }: Play, options: RunOptions): Promise<Result[]> {
  const { folder, pcap, tunDevice } = options
  const name = `${folderName(scenario.name, seed)}${setAside === undefined ? '' : '-again'}`
  const { rest = [], ...first } = await runScenario(scenario, {
    seed,
    tunDevice,
    folder: join(folder, name),
    pcapFolder: pcap && join(pcap, name),
  })
  return [setAside === undefined ? first : { ...first, setAside }, ...rest]
}

/** A negative control has no limit that a hold-up could break. */
function isMeasured({ group, held, durationMs }: Result): boolean {
  return group === 'controls' || isEnoughToMeasure(held.totalMs, durationMs)
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

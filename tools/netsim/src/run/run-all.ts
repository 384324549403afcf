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
  /** Where the scenarios were read from, if they are none of the lab's own. */
  file?: string | undefined
  /** For the packets of each play's hosts. */
  pcap?: string | undefined
  tunDevice?: string | undefined
  /** What `node` runs as `pearcast`; default: the sources. */
  program?: string | undefined
  /** What plays when it is aborted comes to nothing, and nothing more is played. */
  signal?: AbortSignal | undefined
  onResult: (result: Result) => void
  /** What failed where the machine stood still too long to measure anything: it is played again when all others are done. */
  onSetAside: (result: Result) => void
}

/**
 * Play scenarios; the long ones begin first when several run at once, and those that are to be alone come after them.
 * Resolves with the results by their order.
 */
export async function runAll(scenarios: readonly Scenario[], options: RunOptions): Promise<Result[]> {
  const { seed, repeat, jobs, onResult, onSetAside, signal } = options
  const plays = Array.from({ length: repeat }, (_, round) =>
    scenarios.map((scenario) => ({ scenario, seed: seed + round })),
  ).flat()
  const results: Result[][] = plays.map(() => [])
  const all = plays.map((play, order): Play => ({ ...play, order }))
  const queue = all.filter(({ scenario }) => scenario.alone !== true)
  if (jobs > 1) queue.sort((a, b) => lengthMs(b.scenario) - lengthMs(a.scenario))
  const next = takingFrom(queue, Math.ceil(jobs / 2))
  const aside: Play[] = []
  const settle = (play: Play, played: readonly Result[]): void => {
    results[play.order] = [...played]
    for (const each of played) onResult(each)
  }
  const settleOrSetAside = (play: Play, played: readonly Result[]): void => {
    const unmeasured = played.find((result) => !result.passed && !isMeasured(result))
    if (unmeasured === undefined) return settle(play, played)
    aside.push({ ...play, setAside: unmeasured.problems })
    onSetAside(unmeasured)
  }
  const work = async (): Promise<void> => {
    for (let taken = next(); taken !== undefined; taken = next()) {
      const { play, done } = taken
      const played = await once(play, options)
      done()
      if (signal?.aborted) return
      settleOrSetAside(play, played)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  for (const play of all.filter(({ scenario }) => scenario.alone === true)) {
    if (signal?.aborted) break
    const played = await once(play, options)
    if (!signal?.aborted) settleOrSetAside(play, played)
  }
  // One at a time: the machine has little to give.
  for (const play of aside) {
    if (signal?.aborted) break
    const played = await once(play, options)
    if (!signal?.aborted) settle(play, played)
  }
  return results.flat()
}

interface Play {
  scenario: Scenario
  seed: number
  order: number
  /** What was wrong with it the time before. */
  setAside?: string[]
}

/** Plays of many programs compute much and plays of two mostly wait: some of each at once leave the machine room. */
function takingFrom(queue: Play[], mostLarge: number): () => { play: Play; done: () => void } | undefined {
  let large = 0
  return () => {
    const small = queue.findIndex(({ scenario }) => !isLarge(scenario))
    const isRoom = large < mostLarge || small === -1
    const [play] = queue.splice(isRoom ? 0 : small, 1)
    if (play === undefined) return undefined
    const weight = isLarge(play.scenario) ? 1 : 0
    large += weight
    return { play, done: () => void (large -= weight) }
  }
}

function isLarge({ audience, others = [] }: Scenario): boolean {
  return audience !== undefined || others.length >= MANY
}

async function once({ scenario, seed, setAside }: Play, options: RunOptions): Promise<Result[]> {
  const { file, folder, pcap, program, signal, tunDevice } = options
  const name = `${folderName(scenario.name, seed)}${setAside === undefined ? '' : '-again'}`
  const { rest = [], ...first } = await runScenario(scenario, {
    seed,
    tunDevice,
    program,
    signal,
    folder: join(folder, name),
    pcapFolder: pcap && join(pcap, name),
  })
  return [{ ...first, ...(setAside && { setAside }), ...(file && { file }) }, ...rest]
}

/** A negative control has no limit that a hold-up could break. */
function isMeasured({ group, held, durationMs }: Result): boolean {
  return group === 'controls' || isEnoughToMeasure(held.totalMs, durationMs)
}

function folderName(name: string, seed: number): string {
  return `${name.replaceAll(/[^\w%+-]+/g, '-')}-${seed}`
}

/** Listeners beside the first. */
const MANY = 4

/** Of another listener, to be heard. */
const COMES_MS = 2000

/** Roughly how long a scenario plays. */
function lengthMs({ steps = [], listenMs = 4000, expect, others = [] }: Scenario): number {
  const waitMs = expect.verdict === 'silent' ? expect.forMs : 0
  return waitMs + listenMs + others.length * COMES_MS + steps.reduce((sum, { afterMs }) => sum + afterMs, 0)
}

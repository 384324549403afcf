import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pairName, type Actor, type Expectation, type Pair, type Scenario } from '../scenarios/scenario.ts'
import type { LabStats } from '../tun/messages.ts'
import { within } from '../within.ts'
import type { AudienceOutcome } from './audience.ts'
import type { BareOutcome } from './bare.ts'
import { HoldUpMeter } from './hold-up-meter.ts'
import type { HoldUps } from './hold-up.ts'
import { unlessAborted } from './interruption.ts'
import { limitMs, observe, type Seen } from './observe.ts'
import type { Heard } from './outcome.ts'
import { SCRATCH } from './run-folder.ts'
import { addressOf, Stage, type StageOptions } from './stage.ts'
import type { Timeline } from './timeline.ts'
import { needsPackets, onTheWire, type TreeOutcome } from './tree.ts'
import { problemsOf, type Observation } from './verdict.ts'

/** A scenario that was played. */
export interface Result {
  name: string
  group: Scenario['group']
  /** Of the matrix: which pair it is. */
  pair?: Pair
  /** What theory has to say of it. */
  expectation: Expectation
  seed: number
  expected: Expectation['verdict'] | 'failure'
  passed: boolean
  /** What did not go as expected; of a negative control, what its scenario rightly complains about. */
  problems: string[]
  /** It was played before, and what was wrong then: the machine stood still too long for that to say anything. */
  setAside?: string[]
  /** Where its scenario was read from, if it is none of the lab's own. */
  file?: string
  heard: Heard | undefined
  /** Bare hyperdht in the same places. */
  bare?: BareOutcome
  /** Of those who carry the station on. */
  tree?: TreeOutcome
  /** Of the crowd, where there was one. */
  audience?: AudienceOutcome
  errors: Observation['errors']
  durationMs: number
  lab: LabStats | undefined
  /** What the machine kept the lab from; limits of time were widened by it. */
  held: HoldUps
  /** Second by second, where something was heard. */
  timeline?: Timeline | undefined
  /** Logs of its processes. */
  folder: string
  /** Who listened: `<folder>/<role>.jsonl` has what it told. */
  role: Actor
  /** The other pairs of a row of the matrix. */
  rest?: Result[]
}

const NOTHING = { heard: undefined, waitedMs: 0, errors: [], escapes: 0, broken: undefined }

const NOT_HELD: HoldUps = { worstMs: 0, totalMs: 0, startMs: 0, long: 0, excuseMs: () => 0 }

type PlayedSeen = Observation & Pick<Seen, 'timeline'> & { lab?: LabStats }

/** Play a scenario in a lab of its own. Never rejects: what breaks is a problem of the result. */
export async function runScenario(scenario: Scenario, options: StageOptions): Promise<Result> {
  const startedMs = performance.now()
  const { folder, seed } = options
  const meter = new HoldUpMeter()
  let seen: PlayedSeen = { ...NOTHING, held: meter.figures(0) }
  try {
    // A play that was ended in its middle has left its own, and nobody overwrites a recording.
    await removeScratch(folder)
    seen = await play(scenario, options, meter)
  } catch (error) {
    seen = { ...seen, broken: error instanceof Error ? error.message : String(error) }
  } finally {
    meter.stop()
    await removeScratch(folder)
  }
  const isControl = scenario.group === 'controls'
  // What the machine did is no reason for a control not to fail.
  const problems = problemsOf(scenario, isControl ? { ...seen, held: NOT_HELD } : seen)
  const controlIsBroken = isControl && (seen.broken !== undefined || seen.escapes > 0)
  const result: Result = {
    ...namesOf(scenario),
    ...(scenario.pair && { pair: scenario.pair }),
    expectation: scenario.expect,
    seed,
    expected: isControl ? 'failure' : scenario.expect.verdict,
    passed: isControl ? problems.length > 0 && !controlIsBroken : problems.length === 0,
    problems,
    heard: seen.heard,
    ...(seen.bare && { bare: seen.bare }),
    ...(seen.tree && { tree: seen.tree }),
    ...(seen.audience && { audience: seen.audience }),
    errors: seen.errors,
    durationMs: Math.round(performance.now() - startedMs),
    lab: seen.lab,
    held: seen.held,
    timeline: seen.timeline,
    folder,
    role: 'listener',
  }
  return { ...result, rest: restOf(scenario, seen, result) }
}

async function removeScratch(folder: string): Promise<void> {
  await rm(join(folder, SCRATCH), { recursive: true, force: true, maxRetries: 3 })
}

/** A row of the matrix comes to its pairs, each by its own name. */
function namesOf({ name, group, pair }: Scenario): Pick<Result, 'name' | 'group'> {
  return group === 'rows' && pair !== undefined ? { name: pairName(pair), group: 'matrix' } : { name, group }
}

/** Each pair of a row is a result; who never came, because the play broke, failed with it. */
function restOf({ others = [] }: Scenario, seen: PlayedSeen, row: Result): Result[] {
  const { durationMs, folder, group, lab, seed } = row
  return others.flatMap(({ id, pair, expect }): Result[] => {
    if (pair === undefined) return []
    const came = seen.others?.find(({ planned }) => planned.id === id)
    const broken = seen.broken === undefined ? [] : [seen.broken]
    const problems = came === undefined ? [...broken, 'it did not even come'] : [...broken, ...came.problems]
    return [
      {
        name: pairName(pair),
        group,
        pair,
        expectation: expect,
        seed,
        expected: expect.verdict,
        passed: problems.length === 0,
        problems,
        heard: came?.heard,
        errors: came?.errors ?? [],
        durationMs,
        lab,
        held: came?.held ?? row.held,
        folder,
        role: id,
      },
    ]
  })
}

async function play(scenario: Scenario, options: StageOptions, meter: HoldUpMeter): Promise<PlayedSeen> {
  const { folder, pcapFolder } = options
  // What a relay does with a frame is seen on its wire.
  const wires = pcapFolder ?? (needsPackets(scenario) ? join(folder, SCRATCH, 'pcap') : undefined)
  const stage = await Stage.open(scenario, { ...options, pcapFolder: wires })
  let seen: PlayedSeen
  try {
    const observing = unlessAborted(options.signal, observe(scenario, stage, folder, meter))
    const observed = await within(limitMs(scenario), 'The scenario', observing)
    const lab = await stage.lab.stats()
    seen = { ...observed, lab, escapes: stage.lab.escapes, held: meter.figures(lab.lateMs.max) }
  } finally {
    await stage.close()
  }
  if (wires === undefined || seen.tree === undefined || !needsPackets(scenario)) return seen
  const wire = await onTheWire(scenario, wires, addressOf(stage.lab, 'broadcaster'))
  return { ...seen, tree: { ...seen.tree, ...wire } }
}

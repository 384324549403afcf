import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Expectation, Role, Scenario, Step } from '../scenarios/scenario.ts'
import type { LabStats } from '../tun/messages.ts'
import { HoldUpMeter } from './hold-up-meter.ts'
import type { HoldUps } from './hold-up.ts'
import { HELPER_RECORDING, helperProblem, startHelper } from './helper.ts'
import { observeDoctor } from './diagnosis.ts'
import { calmFrom, OTHER_COMES_MS, Others } from './others.ts'
import { heardBy, type Heard } from './outcome.ts'
import type { Program } from './program.ts'
import { longestSilenceMs } from './silence.ts'
import { within } from '../within.ts'
import { Stage, type StageOptions } from './stage.ts'
import { problemsOf, type Observation } from './verdict.ts'

/** A scenario that was played. */
export interface Result {
  name: string
  group: Scenario['group']
  seed: number
  expected: Expectation['verdict'] | 'failure'
  passed: boolean
  /** What did not go as expected; of a negative control, what its scenario rightly complains about. */
  problems: string[]
  heard: Heard | undefined
  errors: Observation['errors']
  durationMs: number
  lab: LabStats | undefined
  /** What the machine kept the lab from; limits of time were widened by it. */
  held: HoldUps
  /** Logs of its processes. */
  folder: string
}

const ON_AIR_WITHIN_MS = 20_000
const LISTEN_MS = 4000
/** A process that gives up needs this long to leave. */
const EXIT_MS = 3000
/** For two processes to stop, and for a machine that is held up. */
const ENDING_MS = 60_000
const RECORDING = 'heard.wav'
const NOTHING = { heard: undefined, waitedMs: 0, errors: [], escapes: 0, broken: undefined }

const NOT_HELD: HoldUps = { worstMs: 0, totalMs: 0, startMs: 0, long: 0, excuseMs: () => 0 }

/** What the programs tell; the lab knows the rest. */
type Seen = Omit<Observation, 'escapes' | 'held'>

/** Play a scenario in a lab of its own. Never rejects: what breaks is a problem of the result. */
export async function runScenario(scenario: Scenario, options: StageOptions): Promise<Result> {
  const startedMs = performance.now()
  const { folder, seed } = options
  const meter = new HoldUpMeter()
  let seen: Observation = { ...NOTHING, held: meter.figures(0) }
  let lab: LabStats | undefined
  try {
    await mkdir(folder, { recursive: true })
    const stage = await Stage.open(scenario, options)
    try {
      const observed = await within(
        limitMs(scenario),
        'The scenario',
        observe(scenario, stage, folder, meter),
      )
      lab = await stage.lab.stats()
      seen = { ...observed, escapes: stage.lab.escapes, held: meter.figures(lab.lateMs.max) }
    } finally {
      await stage.close()
    }
    for (const file of [RECORDING, HELPER_RECORDING]) await rm(join(folder, file), { force: true })
  } catch (error) {
    seen = { ...seen, broken: error instanceof Error ? error.message : String(error) }
  } finally {
    meter.stop()
  }
  const isControl = scenario.group === 'controls'
  // What the machine did is no reason for a control not to fail.
  const problems = problemsOf(scenario, isControl ? { ...seen, held: NOT_HELD } : seen)
  const controlIsBroken = isControl && (seen.broken !== undefined || seen.escapes > 0)
  return {
    name: scenario.name,
    group: scenario.group,
    seed,
    expected: isControl ? 'failure' : scenario.expect.verdict,
    passed: isControl ? problems.length > 0 && !controlIsBroken : problems.length === 0,
    problems,
    heard: seen.heard,
    errors: seen.errors,
    durationMs: Math.round(performance.now() - startedMs),
    lab,
    held: seen.held,
    folder,
  }
}

/** How long it plays if all goes as slowly as it may; what takes longer hangs. */
function limitMs({ steps = [], listenMs = LISTEN_MS, expect, others = [] }: Scenario): number {
  const stepsMs = steps.reduce((sum, { afterMs }) => sum + afterMs, 0)
  const othersMs = others.length * OTHER_COMES_MS
  return ON_AIR_WITHIN_MS + waitFor(expect) + othersMs + stepsMs + 2 * listenMs + ENDING_MS
}

async function observe(scenario: Scenario, stage: Stage, folder: string, meter: HoldUpMeter): Promise<Seen> {
  const { expect } = scenario
  if (expect.verdict === 'diagnosis') return observeDoctor(stage)
  const broadcasterAt = Date.now()
  const broadcaster = stage.run('broadcaster', ['broadcast', 'tone', ...(scenario.broadcast ?? [])])
  const programs: { program: Program; role: string; startedAt: number }[] = [
    { program: broadcaster, role: 'broadcaster', startedAt: broadcasterAt },
  ]
  meter.watch(broadcaster.child.pid)
  const observation = (rest: Omit<Seen, 'errors'>): Seen => ({ ...rest, errors: programs.flatMap(errorsOf) })

  const onAir = await broadcaster.until('on-air', ON_AIR_WITHIN_MS)
  if (onAir === undefined) {
    await exitOrTimeout(broadcaster, EXIT_MS)
    const broken = expect.verdict === 'error' ? undefined : broadcaster.describe()
    return observation({ heard: undefined, waitedMs: Date.now() - broadcasterAt, broken })
  }
  const helper = scenario.helper && (await startHelper(stage, String(onAir['link'])))
  if (helper) programs.push({ program: helper, role: 'helper', startedAt: Date.now() })
  const listenerAt = Date.now()
  const listener = stage.run('listener', ['listen', String(onAir['link']), '--output', RECORDING])
  programs.push({ program: listener, role: 'listener', startedAt: listenerAt })
  meter.watch(listener.child.pid)
  const first = await listener.until('first-audio', waitFor(expect))
  const waitedMs = Date.now() - listenerAt
  meter.started()
  const others = new Others(stage, scenario.others ?? [], String(onAir['link']), ({ child }) =>
    meter.watch(child.pid),
  )
  if (first !== undefined) {
    await others.come()
    for (const step of scenario.steps ?? []) await take(step, stage, { broadcaster, listener, helper })
    others.begin()
    await meter.sleep(scenario.listenMs ?? LISTEN_MS)
  }
  const endedAtMs = Date.now()
  const diedEarly = [broadcaster, listener].find(({ exit }) => exit !== undefined)
  const ended = diedEarly === undefined || expect.verdict === 'error' ? undefined : diedEarly.describe()
  const broken = ended ?? helperProblem(helper, endedAtMs)
  if (expect.verdict === 'error') await exitOrTimeout(listener, EXIT_MS)
  const results = observation({ heard: undefined, waitedMs, broken })
  await listener.stop()
  const problemsOfOthers = await others.leave(endedAtMs, meter.figures(0))
  await helper?.stop()
  await broadcaster.stop()
  if (first === undefined) return results
  const calmAtMs = calmFrom(expect, others.beganMs)
  const silenceMs = await longestSilenceMs(join(folder, RECORDING), Math.max(0, calmAtMs - first.t))
  const heard = heardBy(listener, silenceMs, endedAtMs, calmAtMs)
  return { ...results, heard, others: problemsOfOthers }
}

/** How long a first sound is waited for. */
function waitFor(expect: Expectation): number {
  if (expect.verdict === 'silent') return expect.forMs
  return expect.withinMs ?? 40_000
}

async function take(
  step: Step,
  stage: Stage,
  programs: Record<Role, Program> & { helper: Program | undefined },
): Promise<void> {
  await sleep(step.afterMs)
  if ('fault' in step) await stage.lab.fault(step.fault)
  else if ('signal' in step) programs[step.role]?.child.kill(step.signal)
  else await stage.loseDht()
}

function errorsOf({
  program,
  role,
  startedAt,
}: {
  program: Program
  role: string
  startedAt: number
}): Observation['errors'][number][] {
  return program
    .of('error')
    .map(({ t, code }) => ({ role, code: String(code), afterMs: t - startedAt, exit: program.exit }))
}

async function exitOrTimeout(program: Program, ms: number): Promise<void> {
  await Promise.race([program.exited, sleep(ms, undefined, { ref: false })])
}

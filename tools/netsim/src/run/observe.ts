import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import { Audience } from './audience.ts'
import { Bare } from './bare.ts'
import { Cast } from './cast.ts'
import { observeDoctor } from './diagnosis.ts'
import { helperProblem, startHelper } from './helper.ts'
import type { HoldUpMeter } from './hold-up-meter.ts'
import { calmFrom, OTHER_COMES_MS, Others } from './others.ts'
import { heardBy } from './outcome.ts'
import { PipeSource } from './pipe-source.ts'
import type { Program } from './program.ts'
import { startNamedRelays, startRelays } from './relays.ts'
import { SCRATCH } from './run-folder.ts'
import { longestSilenceMs } from './silence.ts'
import type { Stage } from './stage.ts'
import { takeSteps } from './steps.ts'
import { timelineOf, type Taken, type Timeline } from './timeline.ts'
import { treeOf } from './tree.ts'
import type { Observation } from './verdict.ts'

const RECORDING = join(SCRATCH, 'heard.wav')
const ON_AIR_WITHIN_MS = 20_000
const LISTEN_MS = 4000
/** A process that gives up needs this long to leave. */
const EXIT_MS = 3000
/** For two processes to stop, and for a machine that is held up. */
const ENDING_MS = 60_000
/** For a relay to announce itself. */
const RELAY_MS = 20_000

/** What the programs tell; the lab knows the rest. */
export type Seen = Omit<Observation, 'escapes' | 'held'> & { timeline?: Timeline | undefined }

/** How long it plays if all goes as slowly as it may; what takes longer hangs. */
export function limitMs({
  steps = [],
  listenMs = LISTEN_MS,
  expect,
  others = [],
  relays = [],
  audience,
}: Scenario): number {
  const stepsMs = steps.reduce((sum, { afterMs }) => sum + afterMs, 0)
  const comingMs = others.length * OTHER_COMES_MS + relays.length * RELAY_MS + 4 * (audience?.withinMs ?? 0)
  return ON_AIR_WITHIN_MS + waitFor(expect) + comingMs + stepsMs + 2 * listenMs + ENDING_MS
}

/** Plays a scenario on its stage: everybody comes, things happen, everybody goes. */
export async function observe(
  scenario: Scenario,
  stage: Stage,
  folder: string,
  meter: HoldUpMeter,
): Promise<Seen> {
  const { expect } = scenario
  if (expect.verdict === 'diagnosis') return observeDoctor(stage)
  const cast = new Cast(stage, meter)
  const named = await startNamedRelays(cast, scenario)
  const broadcasterAt = Date.now()
  const { program: broadcaster, source } = startBroadcaster(scenario, cast, named)
  const onAir = await broadcaster.until('on-air', ON_AIR_WITHIN_MS)
  if (onAir === undefined) {
    await exitOrTimeout(broadcaster, EXIT_MS)
    source?.end()
    const broken = expect.verdict === 'error' ? undefined : broadcaster.describe()
    return { heard: undefined, waitedMs: Date.now() - broadcasterAt, broken, errors: cast.errors() }
  }
  const link = String(onAir['link'])
  await startRelays(cast, scenario, link)
  const helper = scenario.helper && (await startHelper(cast, scenario, link))
  const audience = new Audience(scenario, meter)
  await audience.gather(stage, link)
  const bare = await Bare.start(stage, scenario)
  const listenerAt = Date.now()
  meter.starting()
  const listen = scenario.listen ?? []
  const listener = cast.start('listener', ['listen', link, '--output', RECORDING, ...listen])
  const first = await listener.until('first-audio', waitFor(expect))
  const waitedMs = Date.now() - listenerAt
  meter.started()
  const others = new Others(cast, meter, scenario, link)
  let taken: readonly Taken[] = []
  if (first !== undefined) {
    await others.come()
    await audience.release()
    taken = await takeSteps(scenario, { stage, cast, source })
    others.begin()
    await meter.sleep(scenario.listenMs ?? LISTEN_MS)
  }
  const endedAtMs = Date.now()
  const broken = expect.verdict === 'error' ? undefined : (cast.died()[0] ?? helperProblem(helper, endedAtMs))
  if (expect.verdict === 'error') await exitOrTimeout(listener, EXIT_MS)
  const seen = {
    waitedMs,
    broken,
    errors: cast.errors(),
    bare: await bare?.leave(scenario.bare),
    tree: treeOf(cast, taken),
  }
  await listener.stop()
  const outcomes = await others.leave(endedAtMs, meter.figures(0))
  const crowd = await audience.leave(calmFrom(expect, others.beganMs))
  await cast.stop('helper')
  await cast.stopRelays()
  await broadcaster.stop()
  source?.end()
  if (first === undefined) return { ...seen, heard: undefined }
  const timeline = timelineOf(listener, taken)
  const calmAtMs = calmFrom(expect, others.beganMs)
  const silenceMs = await longestSilenceMs(join(folder, RECORDING), Math.max(0, calmAtMs - first.t))
  const heard = heardBy(listener, silenceMs, endedAtMs, calmAtMs)
  return { ...seen, heard, timeline, others: outcomes, audience: crowd }
}

function startBroadcaster(
  { broadcast = [], input = 'tone' }: Scenario,
  cast: Cast,
  named: readonly string[],
): { program: Program; source: PipeSource | undefined } {
  const program = cast.start('broadcaster', [
    'broadcast',
    input === 'pipe' ? '-' : 'tone',
    ...broadcast,
    ...named,
  ])
  const { stdin } = program.child
  if (input === 'tone' || stdin === null) return { program, source: undefined }
  return { program, source: new PipeSource(stdin) }
}

/** How long a first sound is waited for. */
function waitFor(expect: Expectation): number {
  if (expect.verdict === 'silent') return expect.forMs
  return expect.withinMs ?? 40_000
}

async function exitOrTimeout(program: Program, ms: number): Promise<void> {
  await Promise.race([program.exited, sleep(ms, undefined, { ref: false })])
}

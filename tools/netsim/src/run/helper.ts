import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NetsimError } from '../errors.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Cast } from './cast.ts'
import { heardBy } from './outcome.ts'
import type { Program } from './program.ts'
import { SCRATCH } from './run-folder.ts'

const RECORDING = join(SCRATCH, 'helper.wav')
const HEARS_WITHIN_MS = 20_000
/** From its link to its announcement: a look at who else helps, and a few requests to the DHT. */
const ANNOUNCED_MS = 3000

/** An ordinary listener that both others can reach, and that has been there for a while. Rejects when it hears nothing. */
export async function startHelper(cast: Cast, { help = [] }: Scenario, link: string): Promise<Program> {
  const helper = cast.start('helper', ['listen', link, '--output', RECORDING, ...help])
  const first = await helper.until('first-audio', HEARS_WITHIN_MS)
  if (first === undefined) throw NetsimError.labFailed(`the helper hears nothing: ${helper.describe()}`)
  await sleep(ANNOUNCED_MS)
  return helper
}

/** What is wrong with a helper that is still meant to hear; undefined when nothing is. */
export function helperProblem(helper: Program | undefined, endedAtMs: number): string | undefined {
  if (helper === undefined || helper.exit === 'SIGKILL') return undefined
  if (helper.exit !== undefined) return helper.describe()
  return heardBy(helper, 0, endedAtMs)?.playsAtEnd === true
    ? undefined
    : 'the helper hears nothing at the end'
}

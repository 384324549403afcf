import { readScenario } from '../input-file.ts'
import { nearNames } from '../scenarios/near.ts'
import { scenarios, select } from '../scenarios/index.ts'
import { scenarioOf } from '../scenarios/scenario-file.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { summaryOf } from '../report/summary.ts'
import { openShell } from '../run/open-shell.ts'
import { checkHost } from '../run/stage.ts'
import { tunAvailable } from '../tun/available.ts'
import { enterUserNamespace } from '../tun/user-namespace.ts'
import { playChaos, type ChaosOptions } from './chaos.ts'
import { patternsOf } from './only.ts'
import { play, type PlayOptions } from './play.ts'
import { virtualChaos } from './virtual-chaos.ts'

export interface LabOptions extends PlayOptions {
  list?: true
  only?: string[]
  file?: string
  canary?: true
  shell?: string
}

/** Of a name that nothing has. */
const USAGE = 2

/** Seeds of virtual chaos that are played in place of scenarios. */
const VIRTUAL_RUNS = 20

/** Plays the scenarios that were asked for, or lists them. Resolves with the exit code. */
export async function playChosen(options: LabOptions): Promise<number> {
  const chosen = await chosenBy(options)
  const [first] = chosen
  if (first === undefined) return unknownName(options)
  if (options.list) {
    process.stdout.write(chosen.map(({ name }) => `${name}\n`).join(''))
    return 0
  }
  if (options.shell !== undefined) checkHost(first, options.shell)
  const available = tunAvailable(options.tunDevice === undefined ? {} : { tunDevice: options.tunDevice })
  if (!available.ok) return skip(chosen, options, available.reason)
  if (available.inUserNamespace) return enterUserNamespace()
  if (options.shell !== undefined) return openShell(first, options.shell, options)
  return play(chosen, options)
}

async function chosenBy({ file, only, canary }: LabOptions): Promise<Scenario[]> {
  if (file === undefined) return select(only === undefined ? [] : patternsOf(process.argv), canary === true)
  return [scenarioOf(await readScenario(file), 'field')]
}

/** Plays random troubles in the lab, where there can be one. Resolves with the exit code. */
export async function playChaosInLab(options: ChaosOptions): Promise<number> {
  const available = tunAvailable(options.tunDevice === undefined ? {} : { tunDevice: options.tunDevice })
  if (!available.ok) {
    process.stderr.write(`SKIP chaos: ${available.reason}\n`)
    return process.env['CI'] === 'true' ? 1 : 0
  }
  return available.inUserNamespace ? enterUserNamespace() : playChaos(options)
}

function unknownName({ canary }: LabOptions): number {
  const patterns = patternsOf(process.argv)
  const pattern = patterns.join('" and "')
  const near =
    pattern.startsWith('/') || patterns.length > 1 ? [] : nearNames(pattern, namesOf(canary === true))
  const hint = near.length === 0 ? '' : ` Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
  const where = canary ? 'No scenario of the canary' : 'No scenario'
  process.stderr.write(
    `${where} has a name like "${pattern}".${hint} --list shows all but the pairs of the matrix: these are "matrix/cgnat x public, a relay" and so on.\n`,
  )
  return USAGE
}

function namesOf(canary: boolean): string[] {
  return scenarios.filter((scenario) => !canary || scenario.canary === true).map(({ name }) => name)
}

/** Where the lab cannot run, that is told, and what needs none is played; for what was named, and under CI=true, it is a failure. */
async function skip(chosen: readonly Scenario[], options: LabOptions, reason: string): Promise<number> {
  process.stderr.write(`SKIP ${chosen.length} scenario${chosen.length === 1 ? '' : 's'}: ${reason}\n`)
  const isNamed = options.only !== undefined || options.file !== undefined
  const inCi = isNamed || process.env['CI'] === 'true' ? 1 : 0
  if (options.json) process.stdout.write(`${JSON.stringify(summaryOf([], chosen.length))}\n`)
  if (options.json || isNamed || options.canary === true) return inCi
  process.stdout.write('What needs no lab: trees of libs/relay in virtual time, and their troubles.\n')
  const { seed } = options
  const code = await virtualChaos({ seed, runs: VIRTUAL_RUNS, shrink: true, keep: 'reports/chaos' })
  return Math.max(code, inCi)
}

import { Command, InvalidArgumentError, Option } from 'commander'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { NetsimError, type NetsimErrorCode } from './errors.ts'
import { closing, summaryOf } from './report/summary.ts'
import { tableHead, tableRow } from './report/table.ts'
import { openShell } from './run/open-shell.ts'
import { runAll } from './run/run-all.ts'
import type { Result } from './run/run-scenario.ts'
import { checkHost } from './run/stage.ts'
import { select } from './scenarios/index.ts'
import { nearNames } from './scenarios/near.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { tunAvailable } from './tun/available.ts'
import { enterUserNamespace } from './tun/user-namespace.ts'

interface Options {
  list?: true
  only?: string[]
  canary?: true
  seed: number
  repeat: number
  jobs: number
  json?: true
  report?: string
  tunDevice?: string
  shell?: string
}

/** Of a command that cannot be played as it was written. */
const USAGE = 2
const USAGE_CODES: readonly NetsimErrorCode[] = ['PATTERN_INVALID', 'UNKNOWN_HOST', 'FOLDER_UNUSABLE']

const program = new Command('netsim')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE))
  .description('Plays scenarios with real pearcast processes behind simulated NATs.')
  .option('--list', 'print the names of the scenarios, and play none')
  // Several words are one pattern: task runners take the quotes away.
  .option('--only <pattern...>', 'those whose name contains the text, or matches /a regular expression/')
  .option('--canary', 'the short selection that npm test plays')
  .addOption(new Option('--seed <n>', 'of every draw of the lab').default(1).argParser(whole))
  .addOption(
    new Option('--repeat <n>', 'each so many times, with seeds that count up').default(1).argParser(positive),
  )
  .addOption(new Option('--jobs <n>', 'scenarios at once').default(2).argParser(positive))
  .option('--json', 'print one object a line: each result, and a summary at the end')
  .option('--report <folder>', 'keep report.json and the logs of all processes there')
  .option(
    '--shell <host>',
    'a prompt inside a host of the first chosen scenario: broadcaster, listener, dht-1 or dht-2',
  )
  .option('--tun-device <path>', 'default /dev/net/tun')

/** What a lab that hung has left behind must not keep whoever waits for the exit code. */
const LINGER_MS = 10_000

process.exitCode = await main(program.parse().opts<Options>()).catch(complain)
setTimeout(() => process.exit(), LINGER_MS).unref()

async function main(options: Options): Promise<number> {
  const chosen = select(options.only?.join(' '), options.canary === true)
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

function unknownName({ only = [], canary }: Options): number {
  const pattern = only.join(' ')
  const near = pattern.startsWith('/') ? [] : nearNames(pattern, namesOf(canary === true))
  const hint = near.length === 0 ? '' : ` Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
  const where = canary ? 'No scenario of the canary' : 'No scenario'
  process.stderr.write(`${where} has a name like "${pattern}".${hint} --list shows them all.\n`)
  return USAGE
}

function namesOf(canary: boolean): string[] {
  return select(undefined, canary).map(({ name }) => name)
}

/** One line for what a person can act on. */
function complain(error: unknown): number {
  if (!(error instanceof NetsimError)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  return USAGE_CODES.includes(error.code) ? USAGE : 1
}

/** Where the lab cannot run, that is told; under CI=true it is a failure. */
function skip(chosen: readonly Scenario[], options: Options, reason: string): number {
  process.stderr.write(`SKIP ${chosen.length} scenarios: ${reason}\n`)
  if (options.json) process.stdout.write(`${JSON.stringify(summaryOf([], chosen.length))}\n`)
  return process.env['CI'] === 'true' ? 1 : 0
}

async function play(chosen: readonly Scenario[], options: Options): Promise<number> {
  const { seed, repeat, jobs, json, tunDevice } = options
  const folder = options.report === undefined ? await temporaryFolder() : resolve(options.report)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw NetsimError.folderUnusable(folder, error)
  })
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const startedMs = performance.now()
  if (!json) say(tableHead())
  const results = await runAll(chosen, {
    seed,
    repeat,
    jobs,
    folder,
    tunDevice,
    onResult: (result) => {
      say(json ? JSON.stringify(result) : tableRow(result))
      if (!result.passed) process.stderr.write(`${replayLine(result)}\n`)
    },
  })
  const durationMs = Math.round(performance.now() - startedMs)
  const summary = { ...summaryOf(results, 0), durationMs }
  say(json ? JSON.stringify(summary) : `\n${closing(results, durationMs)}`)
  if (options.report !== undefined) {
    const report = { commit: commit(), node: process.version, jobs, summary, results }
    const file = join(folder, 'report.json')
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`)
    // The last line of --json stays the summary.
    if (json) process.stderr.write(`Report: ${file}\n`)
    else say(`Report: ${file}`)
  } else if (summary.failed === 0) {
    await rm(folder, { recursive: true })
  }
  return summary.failed === 0 ? 0 : 1
}

/** What a person needs to see the failure again. */
function replayLine({ name, seed, folder }: Result): string {
  const command = `npx node tools/netsim/src/main.ts --only '${name}' --seed ${seed} --report replay`
  return `    seed ${seed}, commit ${commit()}, logs in ${folder}\n    ${command.replace("'s", "'\\''s")}`
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }).trim()
  } catch {
    return 'unknown'
  }
}

function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pearcast-netsim-'))
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It is not a whole number.')
  return value
}

/** Nothing played would be nothing failed. */
function positive(text: string): number {
  const value = whole(text)
  if (value === 0) throw new InvalidArgumentError('It is at least 1.')
  return value
}

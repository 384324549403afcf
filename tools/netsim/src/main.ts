import { Command, Option } from 'commander'
import { playChaos, type ChaosOptions } from './commands/chaos.ts'
import { positive, whole, wholes } from './commands/numbers.ts'
import { play, type PlayOptions } from './commands/play.ts'
import { probe, type ProbeOptions } from './commands/probe.ts'
import { renderReport, type RenderOptions } from './commands/render-report.ts'
import { scale, type ScaleOptions } from './commands/scale.ts'
import { virtualChaos } from './commands/virtual-chaos.ts'
import { NetsimError, type NetsimErrorCode } from './errors.ts'
import { NAT_TYPES } from './nat/types.ts'
import { summaryOf } from './report/summary.ts'
import { readJson } from './report/write-report.ts'
import { keepCompiled } from './run/compile-cache.ts'
import { openShell } from './run/open-shell.ts'
import { checkHost } from './run/stage.ts'
import { select } from './scenarios/index.ts'
import { nearNames } from './scenarios/near.ts'
import { parseScenarioFile, scenarioOf } from './scenarios/scenario-file.ts'
import { MECHANISMS, type Scenario } from './scenarios/scenario.ts'
import { tunAvailable } from './tun/available.ts'
import { enterUserNamespace } from './tun/user-namespace.ts'

interface Options extends PlayOptions {
  list?: true
  only?: string[]
  file?: string
  canary?: true
  shell?: string
}

/** Of a command that cannot be played as it was written. */
const USAGE = 2
const USAGE_CODES: readonly NetsimErrorCode[] = [
  'PATTERN_INVALID',
  'UNKNOWN_HOST',
  'FOLDER_UNUSABLE',
  'FILE_UNUSABLE',
]

const program = new Command('netsim')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE))
  .description('Plays scenarios with real pearcast processes behind simulated NATs.')
  .option('--list', 'print the names of the scenarios, and play none')
  // Several words are one pattern: task runners take the quotes away.
  .option('--only <pattern...>', 'those whose name contains the text, or matches /a regular expression/')
  .option('--file <file>', 'a scenario file, as netsim:probe and netsim:chaos write them')
  .option('--canary', 'the short selection that npm test plays')
  .addOption(new Option('--seed <n>', 'of every draw of the lab').default(1).argParser(whole))
  .addOption(
    new Option('--repeat <n>', 'each so many times, with seeds that count up').default(1).argParser(positive),
  )
  .addOption(new Option('--jobs <n>', 'scenarios at once').default(2).argParser(positive))
  .option('--json', 'print one object a line: each result, and a summary at the end')
  .option('--report <folder>', 'keep report.json, report.html, junit.xml and the logs of all processes there')
  .option('--baseline <file>', 'compare with what --save-baseline stored; a regression fails')
  .option('--save-baseline <file>', 'store what this run comes to')
  .option('--scale <file>', "show the curves of a scale run's report in the page too")
  .option('--pcap <folder>', 'write what passes the interface of each host there, as pcapng')
  .option(
    '--shell <host>',
    'a prompt inside a host of the first chosen scenario: broadcaster, listener, dht-1 or dht-2',
  )
  .option('--tun-device <path>', 'default /dev/net/tun')
  .action((options: Options) => done(main(options)))

program
  .command('report')
  .description('Write the page of a report.json again, and compare it with a baseline.')
  .argument('<file>', 'report.json')
  .option('--out <folder>', 'default: where the file is')
  .option('--baseline <file>', 'compare with what --save-baseline stored; a regression fails')
  .option('--save-baseline <file>', 'store what the report comes to')
  .option('--scale <file>', "show the curves of a scale run's report too")
  .action((file: string, _: unknown, command: Command) => {
    const options: RenderOptions = command.optsWithGlobals()
    return done(renderReport(file, options))
  })

program
  .command('chaos')
  .description(
    'Play random places and faults, then mend all, and see that everybody hears again within 10 s.',
  )
  .addOption(new Option('--runs <n>', 'so many seeds, which count up').default(5).argParser(positive))
  .option('--no-shrink', 'do not look for the fewest events with which a seed fails')
  .addOption(
    new Option('--without <mechanism>', 'take this out of the programs, to see that chaos finds it').choices(
      MECHANISMS,
    ),
  )
  .option('--keep <folder>', 'where what failed is kept as a scenario file; default: the report')
  .option(
    '--virtual',
    'in trees of libs/relay in virtual time: needs no lab, a seed takes less than a second',
  )
  .action((_: unknown, command: Command) => {
    const options: ChaosOptions & { virtual?: true } = command.optsWithGlobals()
    if (options.virtual) return done(virtualChaos({ ...options, keep: options.keep ?? 'reports/chaos' }))
    return done(chaos({ ...options, report: options.report ?? 'reports/chaos' }))
  })

program
  .command('probe')
  .description('Find out what stands between this machine and the DHT, and write a scenario file of it.')
  .option('--bootstrap <host:port,...>', 'the nodes of a DHT to ask; default: the public one')
  .addOption(
    new Option('--role <role>', 'what this machine is in the scenario')
      .choices(['broadcaster', 'listener'])
      .default('listener'),
  )
  .addOption(
    new Option('--other <nat>', 'what the other one is behind')
      .choices(Object.keys(NAT_TYPES))
      .default('port-restricted'),
  )
  .option('--out <file>', 'the scenario file', 'reports/field.json')
  .action((_: unknown, command: Command) => {
    const options: ProbeOptions = command.optsWithGlobals()
    return done(probe(options))
  })

program
  .command('scale')
  .description(
    'Grow trees of many listeners in virtual time: arrivals, churn, stalls, a partition. Needs no lab.',
  )
  .addOption(
    new Option('--listeners <n,...>', 'how many, one run for each').default([1000, 10_000]).argParser(wholes),
  )
  .addOption(
    new Option('--relays <percent,...>', 'of the listeners can serve 2 to 8 others')
      .default([0.2, 0.3])
      .argParser((text: string) => wholes(text).map((each) => each / 100)),
  )
  .addOption(
    new Option('--minutes <n>', 'so long people come and go, besides two more minutes')
      .default(2)
      .argParser(positive),
  )
  .option('--out <file>', 'the report, as JSON with curves', 'reports/scale.json')
  .action((_: unknown, command: Command) => {
    const options: ScaleOptions = command.optsWithGlobals()
    return done(scale(options))
  })

/** Seeds of virtual chaos that are played in place of scenarios. */
const VIRTUAL_RUNS = 20

/** What a lab that hung has left behind must not keep whoever waits for the exit code. */
const LINGER_MS = 10_000

keepCompiled()
await program.parseAsync()
setTimeout(() => process.exit(), LINGER_MS).unref()

async function done(work: Promise<number>): Promise<void> {
  process.exitCode = await work.catch(complain)
}

async function main(options: Options): Promise<number> {
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

async function chosenBy({ file, only, canary }: Options): Promise<Scenario[]> {
  if (file === undefined) return select(only?.join(' '), canary === true)
  return [scenarioOf(await readJson(file, parseScenarioFile), 'field')]
}

async function chaos(options: ChaosOptions): Promise<number> {
  const available = tunAvailable(options.tunDevice === undefined ? {} : { tunDevice: options.tunDevice })
  if (!available.ok) {
    process.stderr.write(`SKIP chaos: ${available.reason}\n`)
    return process.env['CI'] === 'true' ? 1 : 0
  }
  return available.inUserNamespace ? enterUserNamespace() : playChaos(options)
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

/** Where the lab cannot run, that is told, and what needs none is played; under CI=true it is a failure. */
async function skip(chosen: readonly Scenario[], options: Options, reason: string): Promise<number> {
  process.stderr.write(`SKIP ${chosen.length} scenarios: ${reason}\n`)
  const inCi = process.env['CI'] === 'true' ? 1 : 0
  if (options.json) process.stdout.write(`${JSON.stringify(summaryOf([], chosen.length))}\n`)
  const isChoice = options.only !== undefined || options.file !== undefined || options.canary === true
  if (options.json || isChoice) return inCi
  process.stdout.write('What needs no lab: trees of libs/relay in virtual time, and their troubles.\n')
  const { seed } = options
  const code = await virtualChaos({ seed, runs: VIRTUAL_RUNS, shrink: true, keep: 'reports/chaos' })
  return Math.max(code, inCi)
}

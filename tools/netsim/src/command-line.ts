import { Command, Option } from 'commander'
import type { ChaosOptions } from './commands/chaos.ts'
import type { LabOptions } from './commands/lab.ts'
import { jobs, listeners, percents, positive, times, whole } from './commands/numbers.ts'
import type { ProbeOptions } from './commands/probe.ts'
import { isForeign, refuseConflicts, refuseForeign } from './commands/refuse.ts'
import type { RenderOptions } from './commands/render-report.ts'
import type { ScaleOptions } from './commands/scale.ts'
import { NetsimError, type NetsimErrorCode } from './errors.ts'
import { NAT_TYPES } from './nat/types.ts'
import { MECHANISMS } from './scenarios/scenario.ts'

/** Of a command that cannot be played as it was written. */
const USAGE = 2
const USAGE_CODES: readonly NetsimErrorCode[] = [
  'PATTERN_INVALID',
  'OPTIONS_CONFLICT',
  'UNKNOWN_COMMAND',
  'ADDRESS_INVALID',
  'UNKNOWN_HOST',
  'FOLDER_UNUSABLE',
  'FILE_UNUSABLE',
]

/**
 * What netsim can be told to do. A command loads its own part of the program: the lab with its DHT takes longer to load
 * than a tree in virtual time to play.
 */
const program = new Command('netsim')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE))
  .description('Plays scenarios with real pearcast processes behind simulated NATs.')
  // Any word, for a better answer than how many arguments there are.
  .allowExcessArguments()
  .option('--list', 'print the names of the scenarios, and play none')
  .option(
    '--only <pattern...>',
    'those whose name contains the text, or matches /a regular expression/; of several all must match',
  )
  .option('--file <file>', 'a scenario file, as netsim:probe and netsim:chaos write them')
  .option('--canary', 'the short selection that npm test plays')
  .addOption(new Option('--seed <n>', 'of every draw of the lab').default(1).argParser(whole))
  .addOption(
    new Option('--repeat <n>', 'each so many times, with seeds that count up').default(1).argParser(times),
  )
  .addOption(new Option('--jobs <n>', 'scenarios at once').default(2).argParser(jobs))
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
  .option(
    '--program <file>',
    'what node runs as pearcast, as `nx run cli:bundle` makes it; default: the sources',
  )
  .option('--tun-device <path>', 'default /dev/net/tun')
  .action((options: LabOptions) =>
    done(async () => {
      const [word] = program.args
      if (word !== undefined)
        throw NetsimError.unknownCommand(
          word,
          program.commands.map((each) => each.name()),
        )
      refuseConflicts(given(program))
      const { playChosen } = await import('./commands/lab.ts')
      return playChosen(options)
    }),
  )

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
    const render = async (): Promise<number> => {
      const { renderReport } = await import('./commands/render-report.ts')
      return renderReport(file, options)
    }
    return done(render, 'report', command)
  })

program
  .command('chaos')
  .description(
    'Play random places and faults, then mend all, and see that everybody hears again within 10 s.',
  )
  .addOption(new Option('--runs <n>', 'so many seeds, which count up').default(5).argParser(times))
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
    const folder = 'reports/chaos'
    if (options.virtual) {
      const inVirtualTime = async (): Promise<number> => {
        const { virtualChaos } = await import('./commands/virtual-chaos.ts')
        return virtualChaos({ ...options, keep: options.keep ?? folder })
      }
      return done(inVirtualTime, 'chaos --virtual', command)
    }
    const inLab = async (): Promise<number> => {
      const { playChaosInLab } = await import('./commands/lab.ts')
      return playChaosInLab({ ...options, report: options.report ?? folder })
    }
    return done(inLab, 'chaos', command)
  })

program
  .command('probe')
  .description('Find out what stands between this machine and the DHT, and write a scenario file of it.')
  .addOption(
    new Option('--bootstrap <host:port,...>', 'the nodes of a DHT to ask; default: the public one').env(
      'PEARCAST_BOOTSTRAP',
    ),
  )
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
  .option('--udp-blocked', 'where no node answers, take it that the network blocks UDP')
  .option('--out <file>', 'the scenario file', 'reports/field.json')
  .action((_: unknown, command: Command) => {
    const options: ProbeOptions = command.optsWithGlobals()
    const ask = async (): Promise<number> => {
      const { probe } = await import('./commands/probe.ts')
      return probe(options)
    }
    return done(ask, 'probe', command)
  })

program
  .command('scale')
  .description(
    'Grow trees of many listeners in virtual time: arrivals, churn, stalls, a partition. Needs no lab. An aim that is missed is told and does not change the exit code: aims are of large trees.',
  )
  .addOption(
    new Option('--listeners <n,...>', 'how many, one run for each')
      .default([1000, 10_000], '1000,10000')
      .argParser(listeners),
  )
  .addOption(
    new Option('--relays <percent,...>', 'of the listeners can serve 2 to 8 others')
      .default([0.2, 0.3], '20,30')
      .argParser((text: string) => percents(text).map((each) => each / 100)),
  )
  .addOption(
    new Option('--minutes <n>', 'so long people come and go, besides two more minutes')
      .default(2)
      .argParser(positive),
  )
  .option('--out <file>', 'the report, as JSON with curves', 'reports/scale.json')
  .action((_: unknown, command: Command) => {
    const options: ScaleOptions = command.optsWithGlobals()
    const grow = async (): Promise<number> => {
      const { scale } = await import('./commands/scale.ts')
      return scale(options)
    }
    return done(grow, 'scale', command)
  })

// Commander shows all options of the program in the help of a command, or none: these are for it.
for (const command of program.commands) {
  const own = new Set(command.options.map((option) => option.attributeName()))
  const shared = program.options.filter((option) => {
    const name = option.attributeName()
    return !own.has(name) && !isForeign(command.name(), name)
  })
  if (shared.length === 0) continue
  const flags = shared.map(({ long }) => long).join(', ')
  command.addHelpText('after', `\nIt also takes ${flags}: see "netsim --help".`)
}

/** As a shell has it, more than this is the number of a signal. */
const INTERRUPTED = 128

/** What a lab that hung has left behind must not keep whoever waits for the exit code. */
const LINGER_MS = 10_000

export async function run(): Promise<void> {
  await program.parseAsync()
  setTimeout(() => process.exit(), LINGER_MS).unref()
}

async function done(work: () => Promise<number>, name?: string, command?: Command): Promise<void> {
  try {
    if (name !== undefined && command !== undefined) refuseForeign(name, given(command, program))
    process.exitCode = await work()
    // Of an interrupted play something may still wait for what does not come any more.
    if (process.exitCode > INTERRUPTED) process.exit()
  } catch (error) {
    process.exitCode = complain(error)
  }
}

/** What was written on the command line, without defaults. */
function given(...commands: readonly Command[]): Record<string, unknown> {
  const written = commands.flatMap((command) =>
    Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli'),
  )
  return Object.fromEntries(written)
}

/** One line for what a person can act on. */
function complain(error: unknown): number {
  if (!(error instanceof NetsimError)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  return USAGE_CODES.includes(error.code) ? USAGE : 1
}

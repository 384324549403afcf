import { Command, Option } from 'commander'
import { integer } from '../options/parsers.ts'
import type { DhtOptions } from '../dht/dht-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast dht --nodes N` */
export function dhtCommand(run: Runner): Command {
  return new Command('dht')
    .summary('run a private DHT')
    .description(
      'Runs the nodes of a DHT of your own on this computer until Ctrl-C: for tests, and to try things out offline.',
    )
    .addOption(
      new Option('--nodes <n>', 'how many nodes; a DHT needs 4')
        .argParser(integer('--nodes', 4, 256))
        .default(4),
    )
    .addOption(
      new Option('--port <port>', 'of the first node (default: a free one)').argParser(
        integer('--port', 1, 65_535),
      ),
    )
    .addHelpText(
      'after',
      examples([
        ['On this computer only:', 'pearcast dht --nodes 4'],
        ['At a known port:', 'pearcast dht --port 49737'],
        ['Use it:', 'pearcast broadcast tone --bootstrap 127.0.0.1:49737'],
      ]),
    )
    .action((_own: unknown, command: Command) =>
      run(command, async (session) => {
        const { dht } = await import('../dht/dht.ts')
        return dht(command.optsWithGlobals<DhtOptions>(), session)
      }),
    )
}

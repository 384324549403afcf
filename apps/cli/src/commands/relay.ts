import { Command, Option } from 'commander'
import { integer, lineRate } from '../options/parsers.ts'
import type { RelayOptions } from '../relay/relay-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast relay [LINK…]` */
export function relayCommand(run: Runner): Command {
  return new Command('relay')
    .summary('carry stations to more listeners than they can serve')
    .description(
      'Receives stations and passes them on, without playing them. Listeners find it by themselves; it can withhold ' +
        'a station, and forge nothing. It wants an uplink to spare and an address that others can reach. Without a ' +
        'link it prints its key, and carries the stations that name it with "broadcast --via KEY", nobody else\'s. At ' +
        'the end listeners are told where else to go.',
    )
    .argument('[link|name...]', 'pearcast://… of each station, or the name of a favourite')
    .addOption(
      new Option(
        '--uplink <rate>',
        'what all stations together may use of the line, e.g. 20mbit, shared evenly (default: 100mbit)',
      ).argParser(lineRate('--uplink')),
    )
    .addOption(
      new Option(
        '--max-children <n>',
        'serve so many of each station at most; never more than the uplink carries (default: 64)',
      ).argParser(integer('--max-children', 1, 10_000)),
    )
    .addOption(
      new Option(
        '--stations-file <file>',
        'more links (no names), one a line, # for comments; read again when it changes, and at SIGHUP',
      ),
    )
    .addHelpText(
      'after',
      examples([
        ['One station, with what the line can spare:', 'pearcast relay pearcast://… --uplink 20mbit'],
        ['Several, or favourites:', 'pearcast relay jazz news --uplink 100mbit'],
        ['A list that changes while it runs:', 'pearcast relay --stations-file stations.txt'],
        ['For stations that come to it with --via:', 'pearcast relay --uplink 100mbit'],
        ['As events for a script:', 'pearcast relay pearcast://… --json'],
      ]),
    )
    .action((links: string[], _own: unknown, command: Command) =>
      run(command, async (session) => {
        const { relay } = await import('../relay/relay.ts')
        return relay(links, command.optsWithGlobals<RelayOptions>(), session)
      }),
    )
}

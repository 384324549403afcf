import { Argument, Command, Option } from 'commander'
import { stationName } from '../options/parsers.ts'
import type { Runner } from '../session.ts'
import type { StationOptions } from '../station/station-options.ts'
import { examples } from './examples.ts'

/** `pearcast station create|list|show|rename|export|import|remove` */
export function stationCommand(run: Runner): Command {
  const station = new Command('station')
    .summary('make, move and remove the keys of your stations')
    .description(
      'A station is a pair of keys in a file; its link follows from them. Whoever has the file is the station, and ' +
        'without it nobody ever is again: export the ones that matter, and keep the export elsewhere.',
    )
    .addHelpText(
      'after',
      examples([
        ['What is there:', 'pearcast station list'],
        ['Move one to another computer:', 'pearcast station export jazz jazz.pearcast'],
        ['… and there:', 'pearcast station import jazz.pearcast'],
      ]),
    )
  for (const command of [
    create(run),
    list(run),
    show(run),
    rename(run),
    exportCommand(run),
    importCommand(run),
    remove(run),
  ])
    station.addCommand(command)
  return station
}

function create(run: Runner): Command {
  return new Command('create')
    .description('Makes a station, so that its link can be given away before it goes on air.')
    .addArgument(name('its name, used on this computer only'))
    .addHelpText('after', examples([['A second station:', 'pearcast station create jazz']]))
    .action((own: string, _options: unknown, command: Command) =>
      run(command, async (session) => (await import('../station/station.ts')).create(own, session)),
    )
}

function list(run: Runner): Command {
  return new Command('list')
    .description('Prints the name and the link of every station on this computer.')
    .addHelpText('after', examples([['For a script:', 'pearcast station list --json']]))
    .action((_options: unknown, command: Command) =>
      run(command, async (session) => (await import('../station/station.ts')).list(session)),
    )
}

function show(run: Runner): Command {
  return new Command('show')
    .description('Prints what is known of a station: link, key, last time on air, file.')
    .addArgument(name('which station').argOptional().default('default'))
    .addHelpText('after', examples([['The one that is used without --station:', 'pearcast station show']]))
    .action((own: string, _options: unknown, command: Command) =>
      run(command, async (session) => (await import('../station/station.ts')).show(own, session)),
    )
}

function rename(run: Runner): Command {
  return new Command('rename')
    .description('Gives a station another name on this computer. Its link stays.')
    .addArgument(name('which station'))
    .addArgument(name('what it is called from now on', 'new-name'))
    .addHelpText(
      'after',
      examples([['Make room for another default:', 'pearcast station rename default old']]),
    )
    .action((own: string, newName: string, _options: unknown, command: Command) =>
      run(command, async (session) => (await import('../station/station.ts')).rename(own, newName, session)),
    )
}

function exportCommand(run: Runner): Command {
  return new Command('export')
    .description(
      'Writes the keys of a station to a file that is worth nothing without the passphrase. The passphrase is asked ' +
        'for, or comes from --passphrase-file or PEARCAST_PASSPHRASE.',
    )
    .addArgument(name('which station'))
    .argument('<file>', 'where to; a file that exists is not overwritten')
    .addOption(passphraseFile())
    .addHelpText(
      'after',
      examples([
        ['A backup:', 'pearcast station export jazz /media/usb/jazz.pearcast'],
        ['Without a question:', 'pearcast station export jazz jazz.pearcast --passphrase-file secret.txt'],
      ]),
    )
    .action((own: string, file: string, _options: unknown, command: Command) =>
      run(command, async (session) =>
        (await import('../station/station.ts')).exportStation(
          own,
          file,
          command.optsWithGlobals<StationOptions>(),
          session,
        ),
      ),
    )
}

function importCommand(run: Runner): Command {
  return new Command('import')
    .description(
      'Takes in a station that was exported. Only one computer at a time can be on air with it: the older goes off air.',
    )
    .argument('<file>', 'what "pearcast station export" wrote')
    .addOption(
      new Option('--name <name>', 'call it so on this computer (default: as it was called)').argParser(
        stationName('--name'),
      ),
    )
    .addOption(passphraseFile())
    .addHelpText(
      'after',
      examples([['Under another name:', 'pearcast station import jazz.pearcast --name blues']]),
    )
    .action((file: string, _options: unknown, command: Command) =>
      run(command, async (session) =>
        (await import('../station/station.ts')).importStation(
          file,
          command.optsWithGlobals<StationOptions>(),
          session,
        ),
      ),
    )
}

function remove(run: Runner): Command {
  return new Command('remove')
    .description('Deletes the keys of a station. Without an export nobody can ever use its link again.')
    .addArgument(name('which station'))
    .addOption(new Option('--yes', 'do not ask'))
    .addHelpText('after', examples([['Without a question:', 'pearcast station remove jazz --yes']]))
    .action((own: string, _options: unknown, command: Command) =>
      run(command, async (session) =>
        (await import('../station/station.ts')).remove(
          own,
          command.optsWithGlobals<StationOptions>(),
          session,
        ),
      ),
    )
}

function name(description: string, argument = 'name'): Argument {
  return new Argument(`<${argument}>`, description).argParser(stationName(`<${argument}>`))
}

function passphraseFile(): Option {
  return new Option('--passphrase-file <file>', 'take the passphrase from the first line of a file')
}

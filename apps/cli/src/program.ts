import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { broadcastCommand } from './commands/broadcast.ts'
import { completionCommand } from './commands/completion.ts'
import { demoCommand } from './commands/demo.ts'
import { devicesCommand } from './commands/devices.ts'
import { dhtCommand } from './commands/dht.ts'
import { doctorCommand } from './commands/doctor.ts'
import { examples } from './commands/examples.ts'
import { favouritesCommand } from './commands/favourites.ts'
import { listenCommand } from './commands/listen.ts'
import { relayCommand } from './commands/relay.ts'
import { stationCommand } from './commands/station.ts'
import { uiCommand } from './commands/ui.ts'
import { addGlobalOptions } from './options/global.ts'
import type { Runner } from './session.ts'

/** The command line: names, options and help. Nothing here loads a library, so that --help is immediate. */
export function buildProgram(run: Runner): Command {
  const program = new Command('pearcast')
    .description('Live radio from anyone to anyone, with no server in between.')
    .version(packageJson.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride()
  addGlobalOptions(program)
  const commands = [
    broadcastCommand(run),
    listenCommand(run),
    relayCommand(run),
    uiCommand(run),
    stationCommand(run),
    favouritesCommand(run),
    devicesCommand(run),
    doctorCommand(run),
    dhtCommand(run),
    demoCommand(run),
    completionCommand(run, () => program),
  ]
  for (const command of commands) program.addCommand(command)
  inherit(program)
  return program.addHelpText(
    'after',
    examples([
      ['See and measure it on this computer:', 'pearcast demo'],
      ['Go on air:', 'pearcast broadcast evening.flac'],
      ['Hear it elsewhere:', 'pearcast listen pearcast://…'],
      ['Both in the browser:', 'pearcast ui'],
      ['When that does not work:', 'pearcast doctor'],
    ]) + '\nKeys are kept in the configuration folder of the platform; PEARCAST_HOME names another one.\n',
  )
}

/** Commands are made apart from their parent, and take over its settings once they are below it. */
function inherit(parent: Command): void {
  for (const command of parent.commands) inherit(command.copyInheritedSettings(parent))
}

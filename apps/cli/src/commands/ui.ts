import { Command, Option } from 'commander'
import { integer } from '../options/parsers.ts'
import type { Runner } from '../session.ts'
import type { UiOptions } from '../ui/ui-options.ts'
import { examples } from './examples.ts'

/** `pearcast ui` */
export function uiCommand(run: Runner): Command {
  return new Command('ui')
    .summary('broadcast and listen in the browser')
    .description('Serves the page on this computer only and opens it in the browser. Ends with Ctrl-C.')
    .addOption(new Option('--no-open', 'print the address, and open no browser'))
    .addOption(
      new Option('--port <port>', 'of the page (default: 7327, or a free one)').argParser(
        integer('--port', 1, 65_535),
      ),
    )
    .addOption(new Option('--engine', 'be the process behind the page').hideHelp())
    .addHelpText(
      'after',
      examples([
        ['Open the page:', 'pearcast ui'],
        ['On a DHT of your own:', 'pearcast ui --bootstrap 127.0.0.1:49737'],
        ['For another browser than the usual one:', 'pearcast ui --no-open'],
      ]) + '\nThe printed address is good for one page. Press Enter for another one.\n',
    )
    .action((_own: unknown, command: Command) =>
      run(command, async (session) => {
        const { ui } = await import('../ui/ui.ts')
        return ui(command.optsWithGlobals<UiOptions>(), session)
      }),
    )
}

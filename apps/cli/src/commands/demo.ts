import { Command, Option } from 'commander'
import { seconds } from '../options/parsers.ts'
import type { DemoOptions } from '../demo/demo-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** The whole recording and its source are compared in memory. */
const MAX_DURATION_S = 600

/** `pearcast demo [FILE]` */
export function demoCommand(run: Runner): Command {
  return new Command('demo')
    .summary('hear it work on this computer')
    .description(
      'Starts a private DHT, a broadcaster and a listener as processes of their own, twice: over the swarm connection ' +
        'only, and with the path chosen automatically. What was heard is recorded and compared with the file.',
    )
    .argument('[file]', 'a WAV, MP3, FLAC or Ogg Opus file (default: the sample that comes with pearCast)')
    .addOption(
      new Option('--duration <seconds>', 'of each leg, from the first frame played')
        .argParser(seconds('--duration', MAX_DURATION_S))
        .default(10),
    )
    .addOption(new Option('--keep <folder>', 'put the recordings there (default: a temporary folder)'))
    .addHelpText(
      'after',
      examples([
        ['With the sample:', 'pearcast demo'],
        ['With music of yours, recordings in ./heard:', 'pearcast demo my.mp3 --keep heard'],
        ['For a script; the last line holds the result:', 'pearcast demo --duration 10 --json'],
      ]),
    )
    .action((file: string | undefined, _own: unknown, command: Command) =>
      run(command, async (session) => {
        const { demo } = await import('../demo/demo.ts')
        const isChosen = (name: string): boolean => command.getOptionValueSourceWithGlobals(name) === 'cli'
        const options = command.optsWithGlobals<DemoOptions>()
        options.isPathChosen = isChosen('path')
        options.isBootstrapChosen = isChosen('bootstrap')
        return demo(file, options, session)
      }),
    )
}

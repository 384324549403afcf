import { Command, Option } from 'commander'
import { bitrate, integer, lineRate, oneOf, stationName, title } from '../options/parsers.ts'
import type { BroadcastOptions } from '../broadcast/broadcast-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast broadcast INPUT` */
export function broadcastCommand(run: Runner): Command {
  return new Command('broadcast')
    .summary('put a file or a test tone on air')
    .description(
      'Puts INPUT on air and prints the link that listeners need. Ends with the file, or with Ctrl-C.',
    )
    .argument('<input>', "a WAV, MP3, FLAC or Ogg Opus file, or 'tone'")
    .addOption(new Option('--loop', 'start over at the end of the file'))
    .addOption(new Option('--allow-truncated', 'play a cut-off file up to the cut instead of refusing it'))
    .addOption(
      new Option('--title <text>', "what listeners see (default: the file's own title)").argParser(
        title('--title'),
      ),
    )
    .addOption(
      new Option(
        '--bitrate <kbit/s>',
        'of the Opus encoder, 6 to 192 (default: 96 for music, 32 for voice)',
      ).argParser(bitrate('--bitrate')),
    )
    .addOption(
      new Option('--profile <profile>', 'music (stereo) or voice (mono, robust against loss)')
        .argParser(oneOf('--profile', ['voice', 'music']))
        .default('music'),
    )
    .addOption(
      new Option('--station <name>', 'which of your stations; its keys are made on first use')
        .argParser(stationName('--station'))
        .default('default'),
    )
    .addOption(
      new Option('--wait-listeners <n>', 'begin with the first frame when n listeners are ready')
        .argParser(integer('--wait-listeners', 0, 100_000))
        .default(0),
    )
    .addOption(
      new Option('--max-listeners <n>', 'refuse further listeners')
        .argParser(integer('--max-listeners', 1, 100_000))
        .default(1000),
    )
    .addOption(
      new Option(
        '--uplink <rate>',
        'what your line sends, e.g. 2mbit; listeners beyond it are refused (default: learned when it is full)',
      ).argParser(lineRate('--uplink')),
    )
    .addHelpText(
      'after',
      examples([
        ['A file, once:', 'pearcast broadcast evening.flac'],
        [
          'For ever, under a station of its own:',
          'pearcast broadcast --loop --station jazz --title "Jazz all day" jazz.mp3',
        ],
        ['Speech at a low bitrate:', 'pearcast broadcast talk.wav --profile voice --bitrate 24'],
        ['A test tone, as events for a script:', 'pearcast broadcast tone --json'],
      ]),
    )
    .action((input: string, _own: unknown, command: Command) =>
      run(command, async (session) => {
        const { broadcast } = await import('../broadcast/broadcast.ts')
        return broadcast(input, command.optsWithGlobals<BroadcastOptions>(), session)
      }),
    )
}

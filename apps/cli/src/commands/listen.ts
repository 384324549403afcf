import { Command, Option } from 'commander'
import { integer, lineRate, oneOf, output, seconds, stationName } from '../options/parsers.ts'
import type { ListenOptions } from '../listen/listen-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast listen LINK` */
export function listenCommand(run: Runner): Command {
  return new Command('listen')
    .summary('hear a station')
    .description(
      'Plays or records the station behind a link, or the favourite of that name. It waits for a station that is not on air yet, and finds it again after any interruption.',
    )
    .argument('<link|name>', 'pearcast://…, as the broadcaster gave it to you, or the name of a favourite')
    .addOption(
      new Option(
        '--output <where>',
        "'speakers', a file ending in .wav or .opus, '-' for PCM on stdout (events then go to stderr), or 'null'",
      )
        .argParser(output('--output'))
        .default('speakers'),
    )
    .addOption(
      new Option('--volume <percent>', 'of the speakers, 0 to 400 (default: 100)').argParser(
        integer('--volume', 0, 400),
      ),
    )
    .addOption(
      new Option(
        '--device <id>',
        'which speakers, by id or name: see "pearcast devices" (default: the default)',
      ),
    )
    .addOption(
      new Option(
        '--duration <seconds>',
        'stop so long after the first frame was played (default: never)',
      ).argParser(seconds('--duration')),
    )
    .addOption(
      new Option(
        '--buffer <ms>',
        'smallest delay kept against jitter, 20 to 2000: more is later and more robust (default: 40)',
      ).argParser(integer('--buffer', 20, 2000)),
    )
    .addOption(
      new Option(
        '--wait <seconds>',
        'give up when nothing was heard within this time (default: never)',
      ).argParser(seconds('--wait')),
    )
    .addOption(
      new Option(
        '--relay <mode>',
        'pass on what is heard: auto, where others can reach this computer and its line has room, or off',
      )
        .argParser(oneOf('--relay', ['auto', 'off']))
        .default('auto'),
    )
    .addOption(
      new Option('--uplink <rate>', 'what that may use of the line, e.g. 500kbit (default: 2mbit)').argParser(
        lineRate('--uplink'),
      ),
    )
    .addOption(
      new Option(
        '--no-assist',
        'where this computer can be reached, do not announce it to pass on the signaling of others who cannot reach the station',
      ),
    )
    .addOption(new Option('--force', 'replace a recording of that name; without it, such a file is kept'))
    .addOption(
      new Option(
        '--save <name>',
        'keep the station as a favourite: "pearcast listen NAME" from then on',
      ).argParser(stationName('--save')),
    )
    .addHelpText(
      'after',
      examples([
        ['Through the speakers:', 'pearcast listen pearcast://…'],
        ['Keep it, and hear it again by name:', 'pearcast listen pearcast://… --save jazz'],
        ['… later:', 'pearcast listen jazz'],
        ['Softer, through a headset:', 'pearcast listen jazz --volume 40 --device headset'],
        ['Into another program (s16le, 48 kHz, stereo):', 'pearcast listen jazz --output - | aplay -f dat'],
        ['Pass on more of it to others, or nothing:', 'pearcast listen jazz --uplink 10mbit'],
        ['…', 'pearcast listen jazz --relay off'],
        ['Record an hour:', 'pearcast listen pearcast://… --output show.wav --duration 3600'],
        ['Keep the Opus packets as they were sent:', 'pearcast listen pearcast://… --output show.opus'],
        [
          'Is the station on air? (exit code 0 or 5):',
          'pearcast listen pearcast://… --output null --duration 1 --wait 20',
        ],
      ]),
    )
    .action((link: string, _own: unknown, command: Command) =>
      run(command, async (session) => {
        const { listen } = await import('../listen/listen.ts')
        return listen(link, command.optsWithGlobals<ListenOptions>(), session)
      }),
    )
}

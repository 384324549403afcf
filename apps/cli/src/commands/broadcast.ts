import { Command, Option } from 'commander'
import {
  bitrate,
  decibels,
  format,
  integer,
  lineRate,
  oneOf,
  relayKeys,
  stationName,
  title,
} from '../options/parsers.ts'
import type { BroadcastOptions } from '../broadcast/broadcast-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast broadcast INPUT` */
export function broadcastCommand(run: Runner): Command {
  return new Command('broadcast')
    .summary('put files, a microphone, a pipe or a test tone on air')
    .description(
      'Puts INPUT on air and prints the link that listeners need. Ends with the last file or the pipe, or with Ctrl-C.',
    )
    .argument(
      '<input...>',
      "files and folders (WAV, MP3, FLAC, Opus; what else ffmpeg reads), 'mic' or 'mic:DEVICE', '-' for a pipe, or 'tone'",
    )
    .addOption(new Option('--loop', 'start over at the end of the last file'))
    .addOption(new Option('--shuffle', 'play the files in another order, another one in each pass of --loop'))
    .addOption(
      new Option('--seed <n>', 'of --shuffle: the same one gives the same order').argParser(
        integer('--seed', 0, 999_999_999),
      ),
    )
    .addOption(new Option('--stay', 'stay on air, silent, when the input has ended'))
    .addOption(
      new Option('--gain <dB>', 'louder or softer, -60 to 40').argParser(decibels('--gain', -60, 40)),
    )
    .addOption(
      new Option(
        '--format <name>',
        "of a pipe: bare samples as s16le, s24le, f32le …, else ffmpeg's name as ogg, mp3, or auto (default: s16le)",
      ).argParser(format('--format')),
    )
    .addOption(
      new Option('--rate <Hz>', 'of bare samples in a pipe (default: 48000)').argParser(
        integer('--rate', 4000, 192_000),
      ),
    )
    .addOption(
      new Option('--channels <n>', 'of bare samples in a pipe, 1 to 8 (default: 2)').argParser(
        integer('--channels', 1, 8),
      ),
    )
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
    .addOption(
      new Option(
        '--via <key,...>',
        'relays that carry the station, by the keys they print: it goes to them, and need not be reachable itself',
      ).argParser(relayKeys('--via')),
    )
    .addOption(
      new Option(
        '--private-ip',
        'only through the relays of --via, and no WebRTC: nobody else learns the address of this computer',
      ),
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
        ['A folder, for ever, in any order:', 'pearcast broadcast --loop --shuffle ~/Music'],
        ['The microphone, louder:', 'pearcast broadcast mic --profile voice --gain 6'],
        ['One of several devices (see pearcast devices):', 'pearcast broadcast mic:usb'],
        [
          'What another program plays, heard from its first sample:',
          'ffmpeg -i x.mkv -f s16le -ar 48000 -ac 2 - | pearcast broadcast - --wait-listeners 1',
        ],
        ['A web radio:', 'curl -s https://… | pearcast broadcast - --format auto'],
        [
          'From a network that nobody can reach, or with a hidden address, through a relay:',
          'pearcast broadcast mic --via KEY --private-ip',
        ],
        ['A test tone, as events for a script:', 'pearcast broadcast tone --json'],
      ]),
    )
    .action((inputs: string[], _own: unknown, command: Command) =>
      run(command, async (session) => {
        const { broadcast } = await import('../broadcast/broadcast.ts')
        return broadcast(inputs, command.optsWithGlobals<BroadcastOptions>(), session)
      }),
    )
}

import { Command } from 'commander'
import type { DoctorOptions } from '../doctor/doctor-options.ts'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast doctor` */
export function doctorCommand(run: Runner): Command {
  return new Command('doctor')
    .summary('see what this computer and its network can do')
    .description(
      'Looks at UDP, the DHT, the NAT, IPv6, the clock, audio devices, ffmpeg, WebRTC, the limit of open files and ' +
        'the keys, in at most 10 s, and says how listeners could be reached. A DHT on this computer tells nothing of the network outside. Exit code 0: a station can go on air; ' +
        '4: the network does not let it.',
    )
    .addHelpText(
      'after',
      examples([
        ['What is wrong here:', 'pearcast doctor'],
        ['For a report of a problem:', 'pearcast doctor --json'],
        ['On this computer alone, with a DHT of your own:', 'pearcast doctor --bootstrap 127.0.0.1:49737'],
      ]),
    )
    .action((_own: unknown, command: Command) =>
      run(command, async (session) => {
        const { doctor } = await import('../doctor/doctor.ts')
        return doctor(command.optsWithGlobals<DoctorOptions>(), session)
      }),
    )
}

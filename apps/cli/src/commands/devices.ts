import { Command } from 'commander'
import type { Runner } from '../session.ts'
import { examples } from './examples.ts'

/** `pearcast devices` */
export function devicesCommand(run: Runner): Command {
  return new Command('devices')
    .summary('list microphones and speakers')
    .description('Lists what this computer can record from and play to; * is the default. It asks ffmpeg.')
    .addHelpText(
      'after',
      examples([
        ['What is there:', 'pearcast devices'],
        ['Broadcast from one of them:', 'pearcast broadcast mic:alsa_input.usb-mixer'],
        ['For a script:', 'pearcast devices --json'],
      ]),
    )
    .action((_own: unknown, command: Command) =>
      run(command, async (session) => {
        const { devices } = await import('../devices/devices.ts')
        return devices(session)
      }),
    )
}

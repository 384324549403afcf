import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isatty } from 'node:tty'
import { AudioError } from '@pearcast/audio'
import { CliError } from '../errors.ts'

/**
 * A recording begins with the first sound, which may be hours away: what cannot work is told now.
 *
 * @param isForced a recording that exists may be replaced
 * @throws AudioError OUTPUT_UNWRITABLE; CliError USAGE, OUTPUT_EXISTS
 */
export async function checkOutput(output: string, isForced = false): Promise<void> {
  if (output === 'speakers' || output === 'null') return
  if (output === '-') {
    if (!isatty(1)) return
    throw CliError.usage(
      '--output - wants a program behind the pipe, for example | aplay -f dat; this is a terminal',
    )
  }
  const existing = await stat(output).catch(() => undefined)
  if (existing?.isDirectory()) throw AudioError.outputUnwritable(output, 'it is a folder')
  // An empty file holds nothing, and a device or a named pipe is there to be written to.
  if (existing?.isFile() && existing.size > 0 && !isForced) throw CliError.outputExists(output)
  const folder = await stat(dirname(output)).catch(() => undefined)
  if (!folder?.isDirectory()) throw AudioError.outputUnwritable(output, 'its folder does not exist')
  try {
    await access(existing ? output : dirname(output), constants.W_OK)
  } catch (error) {
    throw AudioError.outputUnwritable(output, 'permission denied', error)
  }
}

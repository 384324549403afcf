import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AudioError } from '@pearcast/audio'

/**
 * A recording begins with the first sound, which may be hours away: what cannot work is told now.
 *
 * @throws AudioError OUTPUT_UNWRITABLE
 */
export async function checkOutput(output: string): Promise<void> {
  if (output === 'speakers' || output === 'null') return
  const existing = await stat(output).catch(() => undefined)
  if (existing?.isDirectory()) throw AudioError.outputUnwritable(output, 'it is a folder')
  const folder = await stat(dirname(output)).catch(() => undefined)
  if (!folder?.isDirectory()) throw AudioError.outputUnwritable(output, 'its folder does not exist')
  try {
    await access(existing ? output : dirname(output), constants.W_OK)
  } catch (error) {
    throw AudioError.outputUnwritable(output, 'permission denied', error)
  }
}

import { open } from 'node:fs/promises'
import { MIN_PASSPHRASE_CHARACTERS } from '@pearcast/station'
import { CliError } from '../errors.ts'
import { ask, canAsk, type Terminal } from '../terminal/ask.ts'

interface PassphraseWish {
  /** of --passphrase-file */
  file: string | undefined
  /** asked for twice: a typo would lock the export for ever */
  isNew: boolean
  env: Readonly<Record<string, string | undefined>>
  terminal: Terminal
}

const MAX_FILE_BYTES = 4096

/**
 * From the file, PEARCAST_PASSPHRASE, or whoever sits at the terminal, in this order.
 *
 * @throws CliError USAGE, PASSPHRASE_FILE, CANCELLED
 */
export async function passphraseOf({ file, isNew, env, terminal }: PassphraseWish): Promise<string> {
  if (file !== undefined) return fromFile(file)
  const given = env['PEARCAST_PASSPHRASE']
  if (given !== undefined && given !== '') return given
  if (!canAsk(terminal))
    throw CliError.usage(
      'nobody can be asked for the passphrase here; name it with --passphrase-file FILE or PEARCAST_PASSPHRASE',
    )
  if (!isNew) return ask('Passphrase of the export: ', terminal, { silent: true })
  const least = `${MIN_PASSPHRASE_CHARACTERS} characters or more`
  const first = await ask(`Passphrase for the export (${least}): `, terminal, { silent: true })
  const second = await ask('The same again: ', terminal, { silent: true })
  if (first !== second) throw CliError.usage('the two passphrases differ; nothing was exported')
  return first
}

async function fromFile(file: string): Promise<string> {
  const buffer = Buffer.alloc(MAX_FILE_BYTES)
  let length: number
  try {
    const handle = await open(file)
    try {
      length = (await handle.read(buffer, 0, MAX_FILE_BYTES, 0)).bytesRead
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw CliError.passphraseFile(file, error)
  }
  const [line = ''] = buffer.subarray(0, length).toString('utf8').split(/\r?\n/, 1)
  buffer.fill(0)
  if (line === '') throw CliError.passphraseFile(file, 'its first line is empty')
  return line
}

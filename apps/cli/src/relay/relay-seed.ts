import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { CliError } from '../errors.ts'

const FILE = 'relay.key'

/**
 * 32 secret bytes, made on first use: with them a relay has the same key at every start, which stations have named.
 *
 * @throws CliError RELAY_KEY
 */
export async function relaySeed(folder: string): Promise<Uint8Array> {
  const file = join(folder, FILE)
  try {
    await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const isThere = error instanceof Error && Reflect.get(error, 'code') === 'EEXIST'
    if (!isThere) throw CliError.relayKey(file, reasonOf(error))
  }
  return readSeed(file)
}

async function readSeed(file: string): Promise<Uint8Array> {
  const [{ mode }, text] = await Promise.all([stat(file), readFile(file, 'utf8')]).catch((error: unknown) => {
    throw CliError.relayKey(file, reasonOf(error))
  })
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw CliError.relayKey(file, `other users of this computer can read it (chmod 600 "${file}")`)
  if (!/^[0-9a-f]{64}$/.test(text.trim())) throw CliError.relayKey(file, 'it is damaged')
  return Buffer.from(text.trim(), 'hex')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { mkdir } from 'node:fs/promises'
import { IdentityStore } from '@pearcast/station'
import { configFolder } from './folders.ts'
import { CliError } from './errors.ts'

/** The user's keys and memory. @throws CliError CONFIG_FOLDER when the folder cannot be made */
export async function openStore(): Promise<IdentityStore> {
  const folder = configFolder()
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw CliError.configFolder(`The configuration folder ${folder} cannot be made (${why})`)
  }
  return new IdentityStore(folder)
}

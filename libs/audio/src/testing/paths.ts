import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A file of `fixtures/`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url))
}

/** The piece that the fixtures were cut from, and where: seconds 4.0 to 6.3. */
export const SAMPLE: string = fileURLToPath(new URL('../../../../samples/first-light.flac', import.meta.url))
export const FIXTURE_FROM_SAMPLE: number = 4 * 48_000
export const FIXTURE_S = 2.3

/** An own folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pearcast-audio-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

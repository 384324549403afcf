import { openFilesLimit } from '@pearcast/station'
import { CliError } from './errors.ts'

/** A broadcaster without listeners has 24 files and sockets open; starting takes some more for a moment. */
const LEAST_FILES = 40
/** Before this program was written no certificate of a station is valid. */
const EARLIEST_MS = Date.UTC(2026, 0, 1)

/**
 * What neither a broadcaster nor a listener can run without, told before it fails in odd ways.
 *
 * @throws CliError OPEN_FILES, CLOCK
 */
export function requireFitMachine(
  limit: number | undefined = openFilesLimit(),
  nowMs: number = Date.now(),
): void {
  if (limit !== undefined && limit < LEAST_FILES) throw CliError.openFiles(limit, LEAST_FILES)
  if (nowMs < EARLIEST_MS) throw CliError.clock(nowMs)
}

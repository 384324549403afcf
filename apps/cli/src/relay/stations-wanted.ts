import { unwatchFile, watchFile } from 'node:fs'
import { parseLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { failureOf } from '../errors.ts'
import { linkOf } from '../favourites/favourites.ts'
import type { Session } from '../session.ts'
import { carriedLink, type CarriedLink } from './carried-link.ts'
import { readStations } from './stations-file.ts'

const LOOK_AT_FILE_MS = 1000

/**
 * What is to be carried, each time it is asked: the links that were typed, and those in the file.
 *
 * @throws ProtocolError, StationError for what was typed; the function CliError STATIONS_FILE
 */
export async function stationsWanted(
  linksOrNames: readonly string[],
  file: string | undefined,
): Promise<() => Promise<CarriedLink[]>> {
  const typed = await Promise.all(
    linksOrNames.map(async (each) => carriedLink(parseLink(sodium, await linkOf(each)))),
  )
  return async () => {
    const all = [...typed, ...(file === undefined ? [] : await readStations(file))]
    return [...new Map(all.map((each) => [each.text, each])).values()]
  }
}

/** Reads it again when it has changed, and at SIGHUP. What is wrong with it is told, and changes nothing. */
export function followFile(file: string, { output, stop }: Session, read: () => Promise<void>): () => void {
  const readOnce = async (before: Promise<void>): Promise<void> => {
    await before
    if (stop.cause !== undefined) return
    try {
      await read()
    } catch (error) {
      const { code, message } = failureOf(error)
      output.event({ event: 'error', code, message })
      output.line('error', `${message.replace(/[.]?$/, '.')} The stations stay as they are.`)
    }
  }
  let reading = Promise.resolve()
  const readAgain = (): void => {
    reading = readOnce(reading)
  }
  watchFile(file, { interval: LOOK_AT_FILE_MS, persistent: false }, readAgain)
  const untake = stop.takeHangUps(readAgain)
  return () => {
    unwatchFile(file, readAgain)
    untake()
  }
}

import { readFile, stat } from 'node:fs/promises'
import { parseLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { CliError } from '../errors.ts'
import { printable } from '../terminal/text.ts'
import { carriedLink, type CarriedLink } from './carried-link.ts'

const MAX_BYTES = 262_144
/** One process carries no more; a second one can. */
const MAX_STATIONS = 256

/**
 * The stations that a relay is to carry: one link a line. What follows a `#` at the beginning or after a blank is a
 * comment; a link that is there twice counts once.
 *
 * @throws CliError STATIONS_FILE with the number of the first line that is no link
 */
export async function readStations(file: string): Promise<CarriedLink[]> {
  const found = new Map<string, CarriedLink>()
  for (const [index, line] of (await readText(file)).split(/\r\n|\n|\r/).entries()) {
    const text = line.replace(/(^|\s)#.*$/, '').trim()
    if (text === '') continue
    const carried = parsed(text, `${file}:${index + 1}`)
    found.set(carried.text, carried)
    if (found.size > MAX_STATIONS)
      throw CliError.stationsFile(`${file}:${index + 1}: more than ${MAX_STATIONS} stations`)
  }
  return [...found.values()]
}

function parsed(text: string, where: string): CarriedLink {
  try {
    return carriedLink(parseLink(sodium, text))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw CliError.stationsFile(`${where}: ${printable(why)}`)
  }
}

function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  switch (Reflect.get(error, 'code')) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
      return 'that is not allowed'
    default:
      return printable(error.message)
  }
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`)
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    throw CliError.stationsFile(`${file} cannot be read: ${whyUnreadable(error)}`)
  }
}

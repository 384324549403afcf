import { join } from 'node:path'
import { formatLink, parseLink } from '@pearcast/protocol'
import sodium from 'sodium-universal'
import { StationError } from '../errors.ts'
import { readJson, writeJson } from './json-file.ts'
import { isStationName } from './station-name.ts'

/** A station that a user listens to, under a name of his own. */
export interface Favourite {
  readonly name: string
  readonly link: string
}

/** One file holds them all and is read as a whole. */
const MAX_FAVOURITES = 1000

/** The stations that a user keeps by name, in `favourites.json`: readable by him only, for a link may be a secret. */
export class Favourites {
  readonly file: string

  constructor(folder: string) {
    this.file = join(folder, 'favourites.json')
  }

  /** In alphabetical order. @throws StationError FAVOURITES_FILE */
  async list(): Promise<Favourite[]> {
    let json: unknown
    try {
      json = await readJson(this.file)
      return json === undefined ? [] : parseFavourites(json)
    } catch (error) {
      throw StationError.favouritesFile(
        this.file,
        error instanceof Error ? error.message : String(error),
        error,
      )
    }
  }

  /** @throws StationError FAVOURITE_MISSING, FAVOURITES_FILE */
  async link(name: string): Promise<string> {
    const favourites = await this.list()
    const found = favourites.find((favourite) => favourite.name === name)
    if (found === undefined)
      throw StationError.favouriteMissing(
        name,
        favourites.map((favourite) => favourite.name),
      )
    return found.link
  }

  /**
   * Keeps a station; the same one under the same name is no mistake.
   *
   * @throws StationError STATION_NAME, FAVOURITE_EXISTS, FAVOURITES_FILE
   */
  async save(name: string, link: string): Promise<void> {
    if (!isStationName(name)) throw StationError.stationName(name)
    const favourites = await this.list()
    const canonical = formatLink(sodium, parseLink(sodium, link))
    const known = favourites.find((favourite) => favourite.name === name)
    if (known?.link === canonical) return
    if (known !== undefined) throw StationError.favouriteExists(name)
    if (favourites.length >= MAX_FAVOURITES) throw StationError.tooManyFavourites(MAX_FAVOURITES)
    await this.#write([...favourites, { name, link: canonical }])
  }

  /** @throws StationError FAVOURITE_MISSING, FAVOURITES_FILE */
  async remove(name: string): Promise<void> {
    await this.link(name)
    await this.#write((await this.list()).filter((favourite) => favourite.name !== name))
  }

  async #write(favourites: readonly Favourite[]): Promise<void> {
    const sorted = favourites.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    await writeJson(this.file, { version: 1, favourites: sorted })
  }
}

/** Throws with the reason when the file holds something else. */
function parseFavourites(json: unknown): Favourite[] {
  if (typeof json !== 'object' || json === null) throw new Error('is not a JSON object')
  if (Reflect.get(json, 'version') !== 1) throw new Error('does not have version 1')
  const list: unknown = Reflect.get(json, 'favourites')
  if (!Array.isArray(list) || list.length > MAX_FAVOURITES) throw new Error('has no list of favourites')
  return list.map((entry: unknown, i) => {
    if (typeof entry !== 'object' || entry === null) throw new Error(`has no object as favourite ${i + 1}`)
    const name: unknown = Reflect.get(entry, 'name')
    const link: unknown = Reflect.get(entry, 'link')
    if (typeof name !== 'string' || !isStationName(name))
      throw new Error(`has no name for favourite ${i + 1}`)
    if (typeof link !== 'string') throw new Error(`has no link for "${name}"`)
    return { name, link: formatLink(sodium, parseLink(sodium, link)) }
  })
}

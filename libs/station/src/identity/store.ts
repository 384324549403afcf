import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sodium from 'sodium-universal'
import { compareTerm, formatLink, nextTerm, toHex } from '@pearcast/protocol'
import { nowS } from '../clock.ts'
import { StationError } from '../errors.ts'
import {
  createIdentity,
  identityFromJson,
  identityToJson,
  withFreshCertificate,
  type StationIdentity,
} from './identity.ts'
import { readJson, writeJson } from './json-file.ts'
import { isStationName } from './station-name.ts'
import { sealIdentity, unsealIdentity, type KdfCost } from './sealed-export.ts'

/** A broadcaster's place in time: a restart has a higher term, a re-certified encoder a higher generation. */
export interface Era {
  readonly generation: number
  readonly term: number
}

/** Keys and memory of one user, as files below one folder: `stations/NAME.json` and `heard/KEY.json`. */
export class IdentityStore {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Loads the station's keys, or makes them on first use. Throws StationError for a bad name or a damaged file. */
  async open(name: string): Promise<StationIdentity> {
    const known = await this.#load(name)
    const identity = withFreshCertificate(sodium, known ?? createIdentity(sodium, name, nowS()), nowS())
    if (identity !== known) await writeJson(this.#stationFile(name), identityToJson(identity))
    return identity
  }

  /** Names of all stations, in alphabetical order. */
  async names(): Promise<string[]> {
    const files = await readdir(join(this.folder, 'stations')).catch(() => [])
    return files
      .filter((file) => file.endsWith('.json') && isStationName(file.slice(0, -5)))
      .map((file) => file.slice(0, -5))
      .toSorted()
  }

  /** Loads a station that is there. @throws StationError STATION_MISSING, STATION_FILE, STATION_NAME */
  async load(name: string): Promise<StationIdentity> {
    const identity = await this.#load(name)
    if (identity === undefined) throw StationError.stationMissing(name, await this.names())
    return identity
  }

  /** Makes a station that is not there yet. @throws StationError STATION_EXISTS, STATION_NAME */
  async create(name: string): Promise<StationIdentity> {
    await this.#requireFree(name)
    return this.open(name)
  }

  /** Gives a station another name; its link stays. @throws StationError STATION_MISSING, STATION_EXISTS */
  async rename(name: string, newName: string): Promise<StationIdentity> {
    const renamed = { ...(await this.load(name)), name: newName }
    await this.#requireFree(newName)
    await writeJson(this.#stationFile(newName), identityToJson(renamed))
    await rm(this.#stationFile(name))
    return renamed
  }

  /** Deletes a station's keys, also where their file is damaged. @throws StationError STATION_MISSING */
  async remove(name: string): Promise<void> {
    const file = this.#stationFile(name)
    if (!(await exists(file))) throw StationError.stationMissing(name, await this.names())
    await rm(file)
  }

  /** A station's keys, sealed with a passphrase. @throws StationError STATION_MISSING, PASSPHRASE */
  async export(name: string, passphrase: string, cost?: KdfCost): Promise<string> {
    return sealIdentity(await this.load(name), passphrase, cost)
  }

  /**
   * Takes in what `export` made, under its own name or another one. The same station twice keeps the higher term.
   *
   * @throws StationError EXPORT_INVALID, PASSPHRASE, STATION_EXISTS when that name is another station's, or the
   *   station is here under another name
   */
  async import(text: string, passphrase: string, name?: string): Promise<StationIdentity> {
    const exported = await unsealIdentity(text, passphrase)
    const chosen = name ?? exported.name
    const known = await this.#load(chosen)
    if (known !== undefined && toHex(known.station.publicKey) !== toHex(exported.station.publicKey))
      throw StationError.stationExists(chosen)
    const other = known === undefined ? await this.#nameOf(exported.station.publicKey) : undefined
    if (other !== undefined) throw StationError.stationKnown(other)
    const imported = { ...exported, name: chosen, term: Math.max(exported.term, known?.term ?? 0) }
    await writeJson(this.#stationFile(chosen), identityToJson(imported))
    return imported
  }

  /** Where a station's keys are kept. @throws StationError STATION_NAME */
  fileOf(name: string): string {
    return this.#stationFile(name)
  }

  /** The link that listeners open. */
  link(identity: StationIdentity): string {
    return formatLink(sodium, { stationKey: identity.station.publicKey })
  }

  /**
   * Takes the next term and stores it before it is used: a crash never lets a term be used twice. Two processes on
   * one file get different terms because the wall clock is in them.
   */
  async takeTerm(identity: StationIdentity): Promise<StationIdentity> {
    const stored = (await this.#load(identity.name))?.term ?? 0
    const taken = { ...identity, term: nextTerm(Math.max(stored, identity.term), nowS()) }
    await writeJson(this.#stationFile(identity.name), identityToJson(taken))
    return taken
  }

  /** The highest era heard of a station, below which a listener refuses (a replayed or superseded encoder). */
  async lastHeard(stationKey: Uint8Array): Promise<Era | undefined> {
    const json = await readJson(this.#heardFile(stationKey)).catch(() => undefined)
    if (typeof json !== 'object' || json === null) return undefined
    const generation: unknown = Reflect.get(json, 'generation')
    const term: unknown = Reflect.get(json, 'term')
    return typeof generation === 'number' && typeof term === 'number' ? { generation, term } : undefined
  }

  async remember(stationKey: Uint8Array, era: Era): Promise<void> {
    const known = await this.lastHeard(stationKey)
    if (known !== undefined && compareTerm(known, era) >= 0) return
    await writeJson(this.#heardFile(stationKey), { generation: era.generation, term: era.term })
  }

  /** What a key is called here. A file that cannot be read is passed over: it tells of no key. */
  async #nameOf(stationKey: Uint8Array): Promise<string | undefined> {
    for (const name of await this.names()) {
      const identity = await this.#load(name).catch(() => undefined)
      if (identity !== undefined && toHex(identity.station.publicKey) === toHex(stationKey)) return name
    }
    return undefined
  }

  async #requireFree(name: string): Promise<void> {
    if (await exists(this.#stationFile(name))) throw StationError.stationExists(name)
  }

  async #load(name: string): Promise<StationIdentity | undefined> {
    const file = this.#stationFile(name)
    await requireOwnersOnly(file)
    let json: unknown
    try {
      json = await readJson(file)
    } catch (error) {
      throw StationError.stationFile(file, 'cannot be read', error)
    }
    if (json === undefined) return undefined
    try {
      // The file's name counts: somebody may have copied it by hand.
      return { ...identityFromJson(sodium, json), name }
    } catch (error) {
      throw StationError.stationFile(file, error instanceof Error ? error.message : String(error), error)
    }
  }

  #stationFile(name: string): string {
    if (!isStationName(name)) throw StationError.stationName(name)
    return join(this.folder, 'stations', `${name}.json`)
  }

  #heardFile(stationKey: Uint8Array): string {
    return join(this.folder, 'heard', `${toHex(stationKey)}.json`)
  }
}

/** On Windows a user's folder is closed to others, and there are no such bits. */
async function requireOwnersOnly(file: string): Promise<void> {
  if (process.platform === 'win32') return
  const mode = (await stat(file).catch(() => undefined))?.mode ?? 0
  if ((mode & 0o077) !== 0) throw StationError.stationFileOpen(file, mode & 0o777)
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

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
    if (!/^[\w.-]{1,64}$/.test(name) || name.startsWith('.')) throw StationError.stationName(name)
    const file = this.#stationFile(name)
    const known = await this.#read(file)
    const identity = withFreshCertificate(sodium, known ?? createIdentity(sodium, name, nowS()), nowS())
    if (identity !== known) await writeJson(file, identityToJson(identity))
    return identity
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
    const file = this.#stationFile(identity.name)
    const stored = (await this.#read(file))?.term ?? 0
    const taken = { ...identity, term: nextTerm(Math.max(stored, identity.term), nowS()) }
    await writeJson(file, identityToJson(taken))
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

  async #read(file: string): Promise<StationIdentity | undefined> {
    let json: unknown
    try {
      json = await readJson(file)
    } catch (error) {
      throw StationError.stationFile(file, 'cannot be read', error)
    }
    if (json === undefined) return undefined
    try {
      return identityFromJson(sodium, json)
    } catch (error) {
      throw StationError.stationFile(file, error instanceof Error ? error.message : String(error), error)
    }
  }

  #stationFile(name: string): string {
    return join(this.folder, 'stations', `${name}.json`)
  }

  #heardFile(stationKey: Uint8Array): string {
    return join(this.folder, 'heard', `${toHex(stationKey)}.json`)
  }
}

import sodium from 'sodium-universal'
import { formatLink, parseLink } from '@pearcast/protocol'
import { Favourites, IdentityStore } from '@pearcast/station'
import { EngineError } from './errors.ts'
import { PageMemory } from './page-memory.ts'
import type { HeardStation, KeptStation, OwnStation, RelayChoice } from './schema/state.ts'

/** The user's own stations, those he keeps and those he heard: the same files as the command line's. */
export class Library {
  readonly store: IdentityStore
  readonly #favourites: Favourites
  readonly #memory: PageMemory
  #stations: OwnStation[] = []
  #kept: KeptStation[] = []

  private constructor(folder: string) {
    this.store = new IdentityStore(folder)
    this.#favourites = new Favourites(folder)
    this.#memory = new PageMemory(folder)
  }

  /** @throws StationError FAVOURITES_FILE */
  static async open(folder: string): Promise<Library> {
    const library = new Library(folder)
    await library.#memory.load()
    await library.#loadKept()
    await library.#loadStations()
    return library
  }

  get stations(): OwnStation[] {
    return this.#stations
  }

  get kept(): KeptStation[] {
    return this.#kept
  }

  get heard(): HeardStation[] {
    return this.#memory.heard
  }

  /** The same link, as it is written everywhere. @throws ProtocolError LINK_* */
  canonical(link: string): string {
    return formatLink(sodium, parseLink(sodium, link))
  }

  titleOf(link: string): string {
    const known = [...this.#kept, ...this.#memory.heard].find((each) => each.link === link)
    return known?.title ?? ''
  }

  /** @throws EngineError TITLE, StationError */
  async createStation(title: string): Promise<void> {
    const name = freeName(title, await this.store.names())
    await this.store.create(name)
    await this.#memory.setTitle(name, title.trim())
    await this.#loadStations()
  }

  /** @throws EngineError MEMORY_FILE */
  async describeStation(name: string, title: string, description: string): Promise<void> {
    await this.#memory.describe(name, title, description)
    await this.#loadStations()
  }

  get relay(): RelayChoice {
    return this.#memory.relay
  }

  /** @throws EngineError MEMORY_FILE */
  setRelay(mode: RelayChoice['mode'], uplinkBps: number | null): Promise<void> {
    return this.#memory.setRelay({ isAsked: true, mode, uplinkBps })
  }

  /** @throws ProtocolError LINK_*, StationError */
  async keep(link: string, title: string): Promise<void> {
    const canonical = this.canonical(link)
    const taken = this.#kept.map(({ name }) => name)
    if (this.#kept.some((each) => each.link === canonical)) return
    const name = freeName(title.trim() === '' ? 'station' : title, taken)
    await this.#favourites.save(name, canonical)
    await this.#memory.setTitle(name, title.trim() === '' ? name : title.trim())
    await this.#loadKept()
  }

  async forget(name: string): Promise<void> {
    await this.#favourites.remove(name)
    await this.#loadKept()
  }

  hear(link: string, title: string, atMs: number): Promise<void> {
    return this.#memory.hear({ link, title, atMs })
  }

  forgetHeard(): Promise<void> {
    return this.#memory.forgetHeard()
  }

  async #loadKept(): Promise<void> {
    const kept = await this.#favourites.list()
    this.#kept = kept.map(({ link, name }) => ({ name, link, title: this.#memory.titleOf(name) }))
  }

  /** A station whose file is damaged is left out here; going on air with it says why. */
  async #loadStations(): Promise<void> {
    const stations: OwnStation[] = []
    for (const name of await this.store.names()) {
      const identity = await this.store.load(name).catch(() => undefined)
      if (identity === undefined) continue
      const [title, description] = [this.#memory.titleOf(name), this.#memory.descriptionOf(name)]
      stations.push({ name, title, description, link: this.store.link(identity) })
    }
    this.#stations = stations
  }
}

/** A name that may be a file's, made of a title that may be anything. @throws EngineError TITLE */
function freeName(title: string, taken: readonly string[]): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/[^\w-]/g, '')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 40)
  if (title.trim() === '') throw EngineError.titleEmpty()
  // Titles in other scripts leave nothing; and some names are devices on Windows.
  const base = /^[a-z0-9]/.test(plain) && !/^(con|prn|aux|nul|com\d|lpt\d)$/.test(plain) ? plain : 'station'
  if (!taken.includes(base)) return base
  for (let n = 2; ; n++) if (!taken.includes(`${base}-${n}`)) return `${base}-${n}`
}

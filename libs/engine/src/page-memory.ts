import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from './errors.ts'
import type { HeardStation, RelayChoice } from './schema/state.ts'

const MAX_HEARD = 20
const MAX_TITLES = 1000

interface Content {
  heard: HeardStation[]
  /** What own stations and kept ones are called, by name: longer than a name may be. */
  titles: Record<string, string>
  /** What own stations say of themselves, by name. */
  descriptions: Record<string, string>
  relay: RelayChoice
}

const NOT_ASKED: RelayChoice = { isAsked: false, mode: 'auto', uplinkBps: null }

/** What the page remembers of its user, in `page.json`, readable by him only: a link may be a secret. */
export class PageMemory {
  readonly #file: string
  #content: Content = { heard: [], titles: {}, descriptions: {}, relay: NOT_ASKED }
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#file = join(folder, 'page.json')
  }

  /** A damaged file is no reason not to start: it holds nothing that could not be typed again. */
  async load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '')
    try {
      this.#content = parseContent(JSON.parse(text))
    } catch {
      return
    }
  }

  get heard(): HeardStation[] {
    return this.#content.heard
  }

  titleOf(name: string): string {
    return this.#content.titles[name] ?? name
  }

  descriptionOf(name: string): string {
    return this.#content.descriptions[name] ?? ''
  }

  get relay(): RelayChoice {
    return this.#content.relay
  }

  /** @throws EngineError MEMORY_FILE */
  setTitle(name: string, title: string): Promise<void> {
    return this.#save({ ...this.#content, titles: withText(this.#content.titles, name, title) })
  }

  /** @throws EngineError MEMORY_FILE */
  describe(name: string, title: string, description: string): Promise<void> {
    const { descriptions, titles } = this.#content
    return this.#save({
      ...this.#content,
      titles: withText(titles, name, title),
      descriptions: withText(descriptions, name, description),
    })
  }

  /** @throws EngineError MEMORY_FILE */
  setRelay(relay: RelayChoice): Promise<void> {
    return this.#save({ ...this.#content, relay })
  }

  /** @throws EngineError MEMORY_FILE */
  hear(station: HeardStation): Promise<void> {
    const others = this.#content.heard.filter(({ link }) => link !== station.link)
    return this.#save({ ...this.#content, heard: [station, ...others].slice(0, MAX_HEARD) })
  }

  /** @throws EngineError MEMORY_FILE */
  forgetHeard(): Promise<void> {
    return this.#save({ ...this.#content, heard: [] })
  }

  #save(content: Content): Promise<void> {
    this.#content = content
    this.#writing = this.#write(this.#writing)
    return this.#writing
  }

  /** One after the other, and never half a file. */
  async #write(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined)
    const text = JSON.stringify({ version: 1, ...this.#content }, null, 2)
    try {
      await writeFile(`${this.#file}.new`, `${text}\n`, { mode: 0o600 })
      await rename(`${this.#file}.new`, this.#file)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw EngineError.memoryFile(this.#file, why, error)
    }
  }
}

/** Throws when the file holds something else; what is wrong in a list is left out. */
function parseContent(json: unknown): Content {
  if (typeof json !== 'object' || json === null || Reflect.get(json, 'version') !== 1)
    throw new Error('other')
  const heard: unknown = Reflect.get(json, 'heard')
  const relay: unknown = Reflect.get(json, 'relay')
  return {
    heard: Array.isArray(heard) ? heard.filter(isHeard).slice(0, MAX_HEARD) : [],
    titles: parseTexts(Reflect.get(json, 'titles')),
    descriptions: parseTexts(Reflect.get(json, 'descriptions')),
    relay: isRelayChoice(relay) ? relay : NOT_ASKED,
  }
}

function withText(texts: Record<string, string>, name: string, text: string): Record<string, string> {
  const others = Object.entries(texts).filter(([each]) => each !== name)
  return { ...Object.fromEntries(others.slice(-MAX_TITLES + 1)), [name]: text }
}

function parseTexts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function isRelayChoice(value: unknown): value is RelayChoice {
  if (typeof value !== 'object' || value === null) return false
  const [mode, uplinkBps]: unknown[] = [Reflect.get(value, 'mode'), Reflect.get(value, 'uplinkBps')]
  return (
    typeof Reflect.get(value, 'isAsked') === 'boolean' &&
    (mode === 'auto' || mode === 'off') &&
    (uplinkBps === null || (typeof uplinkBps === 'number' && uplinkBps > 0))
  )
}

function isHeard(value: unknown): value is HeardStation {
  if (typeof value !== 'object' || value === null) return false
  const isText = (field: string): boolean => typeof Reflect.get(value, field) === 'string'
  return isText('link') && isText('title') && typeof Reflect.get(value, 'atMs') === 'number'
}

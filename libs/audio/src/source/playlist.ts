import { AudioError } from '../error.ts'
import { channelsOf } from '../format.ts'
import type { Channels } from '../format.ts'
import { expandInputs } from './folder.ts'
import { openSource } from './open-source.ts'
import { PlayOrder } from './play-order.ts'
import type { AudioSource, OpenSourceOptions, SourceItem, SourceNotice } from './source.ts'

export interface PlaylistOptions extends OpenSourceOptions {
  /** seed of a shuffled order; undefined: as given */
  shuffleSeed?: number | undefined
  onNotice?: ((notice: SourceNotice) => void) | undefined
}

/**
 * Files and folders, one after another; with `loop` for ever. An entry that cannot be played is skipped and told.
 * @throws AudioError of an input that is not there, or of the last one when none can be played
 */
export async function openPlaylist(
  inputs: readonly string[],
  options: PlaylistOptions,
): Promise<AudioSource> {
  const files = await expandInputs(inputs)
  const [only] = files
  if (files.length === 1 && only !== undefined) return openSource(only, options)
  const playlist = new Playlist(files, options)
  await playlist.begin()
  return playlist
}

class Playlist implements AudioSource {
  readonly channels: Channels
  readonly #files: readonly string[]
  readonly #options: PlaylistOptions
  readonly #order: PlayOrder
  #pass: number[]
  #current: AudioSource | undefined
  #currentName = ''
  /** entries in a row that gave no sound: after a whole pass of them it is over */
  #failures = 0
  #failure: AudioError | undefined
  #heard = false
  #closed = false

  constructor(files: readonly string[], options: PlaylistOptions) {
    this.#files = files
    this.#options = options
    this.channels = channelsOf(options)
    this.#order = new PlayOrder(files.length, options.shuffleSeed)
    this.#pass = this.#order.nextPass()
  }

  /** Opens the first entry that can be played. @throws AudioError */
  async begin(): Promise<void> {
    if (!(await this.#advance()) && this.#failure !== undefined)
      throw AudioError.nothingPlayable(this.#files.length, this.#failure)
  }

  async read(): Promise<SourceItem | undefined> {
    while (!this.#closed) {
      const item = await this.#readCurrent()
      if (item !== undefined) return item
      if (this.#closed) break
      if (!(await this.#advance())) return this.#end()
    }
    return undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#current?.close()
  }

  async #readCurrent(): Promise<SourceItem | undefined> {
    try {
      const item = await this.#current?.read()
      if (item !== undefined) {
        this.#heard = true
        this.#failures = 0
      }
      return item
    } catch (error) {
      if (!(error instanceof AudioError)) throw error
      this.#skip(this.#currentName, error)
      return undefined
    }
  }

  /** Goes on to the next entry that opens. @returns false when there is none */
  async #advance(): Promise<boolean> {
    await this.#current?.close()
    this.#current = undefined
    for (;;) {
      const name = this.#nextName()
      if (name === undefined || this.#closed) return false
      const opened = await this.#open(name)
      if (opened === undefined) continue
      this.#current = opened
      this.#currentName = name
      const { durationS, title } = opened
      this.#tell({ kind: 'entry', name, title: title ?? null, durationS: durationS ?? null })
      return true
    }
  }

  #nextName(): string | undefined {
    if (this.#failures >= this.#files.length) return undefined
    if (this.#pass.length === 0 && this.#options.loop === true) this.#pass = this.#order.nextPass()
    const index = this.#pass.shift()
    return index === undefined ? undefined : this.#files[index]
  }

  async #open(name: string): Promise<AudioSource | undefined> {
    try {
      const options = { ...this.#options, loop: false }
      const opened = await openSource(name, options)
      if (opened.channels === this.channels) return opened
      // Packets of another number of channels: the listeners were told one for all.
      await opened.close()
      return await openSource(name, { ...options, maxPacketBytes: 0 })
    } catch (error) {
      if (!(error instanceof AudioError)) throw error
      this.#skip(name, error)
      return undefined
    }
  }

  #skip(name: string, error: AudioError): void {
    this.#failures++
    this.#failure = error
    this.#tell({ kind: 'skipped', name, error })
  }

  /** Over because it was played, or because nothing more can be. @throws AudioError */
  #end(): undefined {
    const isBroken = this.#failures >= this.#files.length || (this.#failures > 0 && !this.#heard)
    if (isBroken && this.#failure !== undefined)
      throw AudioError.nothingPlayable(this.#files.length, this.#failure)
    return undefined
  }

  #tell(notice: SourceNotice): void {
    this.#options.onNotice?.(notice)
  }
}

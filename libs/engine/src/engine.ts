import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { PathMode } from '@pearcast/station'
import type { Address } from '@pearcast/swarm'
import { Broadcasting } from './broadcasting.ts'
import { EngineError } from './errors.ts'
import { Library } from './library.ts'
import { Listening } from './listening.ts'
import { Strips } from './mixer/strips.ts'
import { parseFromPage } from './parse-command.ts'
import { Recorder } from './recording/recorder.ts'
import type { Command } from './schema/command.ts'
import { decodePcm } from './schema/media.ts'
import type { FromEngine } from './schema/message.ts'
import { SCHEMA_VERSION, type EnginePort } from './schema/port.ts'
import type { EngineState, Trouble } from './schema/state.ts'

export interface EngineOptions {
  /** Keys, favourites and memory: the same folder as the command line's. */
  folder: string
  /** Bootstrap nodes of the DHT; the public ones when left out. */
  bootstrap?: readonly Address[] | undefined
  path: PathMode
  /** Where recordings go; a folder in `folder` when left out. Made when it is needed. */
  recordings?: string | undefined
  nowMs?: () => number
}

const LEVELS_MS = 100
/** A page that does not take what it is sent, asleep perhaps, gets no media until it does. */
const MAX_BUFFERED_BYTES = 256 * 1024

/**
 * What a page drives: at most one station listened to and one on air. It outlives its page; one page at a time holds it,
 * the newest, and every change of the state is told to that page.
 */
export class Engine {
  readonly #options: EngineOptions
  readonly #library: Library
  readonly #strips = new Strips()
  readonly #nowMs: () => number
  #port: EnginePort | undefined
  #listening: Listening | undefined
  #broadcasting: Broadcasting | undefined
  readonly #recorders: Record<'listening' | 'broadcast', Recorder>
  /** Another one each time that the program starts. */
  readonly #run: string = randomUUID()
  #trouble: Trouble | null = null
  #isTelling = false
  readonly #levels: NodeJS.Timeout

  private constructor(options: EngineOptions, library: Library) {
    this.#options = options
    this.#library = library
    this.#nowMs = options.nowMs ?? Date.now
    this.#recorders = { listening: this.#recorder('listen'), broadcast: this.#recorder('broadcast') }
    this.#levels = setInterval(() => this.#tellLevels(), LEVELS_MS)
  }

  /** @throws StationError FAVOURITES_FILE */
  static async open(options: EngineOptions): Promise<Engine> {
    return new Engine(options, await Library.open(options.folder))
  }

  get state(): EngineState {
    return {
      listening: this.#listening?.state ?? null,
      broadcast: this.#broadcasting?.state ?? null,
      trouble: this.#trouble,
      stations: this.#library.stations,
      kept: this.#library.kept,
      heard: this.#library.heard,
      inputs: this.#strips.list,
      muted: this.#strips.muted,
      recordings: {
        listening: this.#recorders.listening.state,
        broadcast: this.#recorders.broadcast.state,
      },
      relay: this.#library.relay,
    }
  }

  /** A page, or another one in place of the last. */
  attach(port: EnginePort): void {
    const last = this.#port
    this.#port = port
    last?.close('replaced')
    // A port has one user: no list of them to add to.
    // oxlint-disable-next-line unicorn/prefer-add-event-listener
    port.onmessage = (message) => {
      if (typeof message !== 'string') return this.#takeMedia(port, message)
      void this.#take(port, message)
    }
    // oxlint-disable-next-line unicorn/prefer-add-event-listener
    port.onclose = () => {
      if (this.#port === port) this.#port = undefined
    }
    this.#send({ type: 'hello', version: SCHEMA_VERSION, run: this.#run, state: this.state })
    this.#listening?.greet()
  }

  /** Off the air, silent, and the page is told to go. */
  async close(): Promise<void> {
    clearInterval(this.#levels)
    await Promise.all([this.#stopListening(), this.#goOffAir()])
    this.#port?.close()
    this.#port = undefined
  }

  #takeMedia(port: EnginePort, bytes: Uint8Array): void {
    if (port !== this.#port) return
    const block = decodePcm(bytes)
    if (block !== undefined) this.#broadcasting?.source.push(block)
  }

  async #take(port: EnginePort, text: string): Promise<void> {
    if (port !== this.#port) return
    let id = 0
    try {
      const message = parseFromPage(text)
      id = message.id
      await this.#carryOut(message.command)
      this.#tell()
      this.#reply(port, { type: 'reply', id, ok: true })
    } catch (error) {
      const { code, message } = toTrouble(error)
      this.#tell()
      this.#reply(port, { type: 'reply', id, ok: false, code, message })
    }
  }

  async #carryOut(command: Command): Promise<void> {
    switch (command.name) {
      case 'listen':
        return this.#listen(command)
      case 'stop-listening':
        return this.#stopListening()
      case 'keep-station':
        return this.#library.keep(command.link, command.title)
      case 'forget-station':
        return this.#library.forget(command.keptName)
      case 'forget-history':
        return this.#library.forgetHeard()
      case 'create-station':
        return this.#library.createStation(command.title)
      case 'go-on-air':
        return this.#goOnAir(command)
      case 'go-off-air':
        return this.#goOffAir()
      case 'set-input': {
        const { slot, label, gainDb, muted } = command
        return this.#strips.set({ slot, label, gainDb, muted })
      }
      case 'remove-input':
        return this.#strips.remove(command.slot)
      case 'mute':
        return this.#strips.mute(command.muted)
      case 'set-now-playing':
        return this.#broadcasting?.setNowPlaying(command.text.trim())
      case 'record':
        return this.#record(command.what, command.isOn)
      case 'set-relay':
        await this.#library.setRelay(command.mode, command.uplinkBps)
        return this.#listening?.setRelay(this.#library.relay)
    }
  }

  #recorder(during: Trouble['during']): Recorder {
    const { folder, recordings } = this.#options
    return new Recorder({
      folder: recordings ?? join(folder, 'recordings'),
      nowMs: this.#nowMs,
      onChange: () => this.#change(),
      onTrouble: (code, message) => this.#fail({ during, code, message }),
    })
  }

  async #record(what: 'listening' | 'broadcast', isOn: boolean): Promise<void> {
    const recorder = this.#recorders[what]
    if (!isOn) return recorder.end()
    const [listening, broadcasting] = [this.#listening, this.#broadcasting]
    if (what === 'listening' && listening?.sink !== undefined)
      return recorder.begin(listening.sink, listening.state.title, 2)
    if (what === 'broadcast' && broadcasting?.state.phase === 'on-air')
      return recorder.begin(broadcasting.source, broadcasting.state.title, broadcasting.source.channels)
    throw EngineError.nothingToRecord()
  }

  /** Answered when the search has begun; what the search comes to is in the state. */
  async #listen({ link, buffer }: Extract<Command, { name: 'listen' }>): Promise<void> {
    const canonical = this.#library.canonical(link)
    this.#clearTrouble('listen')
    // Its goodbye is not waited for.
    void this.#stopListening()
    const listening: Listening = new Listening({
      link: canonical,
      title: this.#library.titleOf(canonical),
      buffer,
      relay: this.#library.relay,
      store: this.#library.store,
      bootstrap: this.#options.bootstrap,
      path: this.#options.path,
      nowMs: this.#nowMs,
      onMedia: (bytes) => this.#sendMedia(bytes),
      onChange: () => this.#change(),
      onTitle: (title) => this.#remember(canonical, title),
      onTrouble: (code, message) => this.#fail({ during: 'listen', code, message }),
      onEnded: () => {
        if (this.#listening === listening) this.#listening = undefined
        this.#endRecording('listening')
        this.#change()
      },
    })
    this.#listening = listening
    this.#change()
    try {
      await listening.start()
    } catch (error) {
      if (this.#listening !== listening) return
      this.#listening = undefined
      this.#fail({ during: 'listen', ...toTrouble(error) })
      throw error
    }
  }

  #remember(link: string, title: string): void {
    this.#library.hear(link, title, this.#nowMs()).catch((error: unknown) => {
      this.#fail({ during: 'listen', ...toTrouble(error) })
    })
  }

  async #stopListening(): Promise<void> {
    const listening = this.#listening
    this.#listening = undefined
    this.#change()
    await Promise.all([listening?.stop(), this.#recorders.listening.end()])
  }

  async #goOnAir({
    station,
    title,
    description,
    profile,
    bitrate,
  }: Extract<Command, { name: 'go-on-air' }>): Promise<void> {
    if (this.#broadcasting !== undefined) throw EngineError.onAirAlready(this.#broadcasting.state.title)
    this.#clearTrouble('broadcast')
    const ended = (trouble: { code: string; message: string } | undefined): void => {
      if (this.#broadcasting !== broadcasting) return
      this.#broadcasting = undefined
      this.#endRecording('broadcast')
      if (trouble !== undefined) this.#fail({ during: 'broadcast', ...trouble })
      this.#change()
    }
    const broadcasting: Broadcasting = new Broadcasting({
      station,
      title: title.trim(),
      description: description.trim(),
      profile,
      bitrate,
      strips: this.#strips,
      store: this.#library.store,
      bootstrap: this.#options.bootstrap,
      path: this.#options.path,
      nowMs: this.#nowMs,
      onChange: () => this.#change(),
      onEnded: ended,
    })
    this.#broadcasting = broadcasting
    this.#change()
    try {
      await broadcasting.start()
      await this.#library.describeStation(station, title.trim(), description.trim())
    } catch (error) {
      ended(toTrouble(error))
      throw error
    }
  }

  async #goOffAir(): Promise<void> {
    const broadcasting = this.#broadcasting
    await Promise.all([broadcasting?.stop(), this.#recorders.broadcast.end()])
    if (this.#broadcasting === broadcasting) this.#broadcasting = undefined
  }

  #endRecording(what: 'listening' | 'broadcast'): void {
    this.#recorders[what].end().catch((error: unknown) => {
      this.#fail({ during: what === 'listening' ? 'listen' : 'broadcast', ...toTrouble(error) })
    })
  }

  #fail(trouble: Trouble): void {
    this.#trouble = trouble
    this.#change()
  }

  #clearTrouble(during: Trouble['during']): void {
    if (this.#trouble?.during === during) this.#trouble = null
  }

  /** Many changes at once are told once. */
  #change(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    queueMicrotask(() => {
      this.#isTelling = false
      this.#tell()
    })
  }

  #tell(): void {
    this.#send({ type: 'state', state: this.state })
  }

  #tellLevels(): void {
    if (this.#broadcasting?.state.phase !== 'on-air') return
    this.#send({ type: 'levels', levels: this.#broadcasting.takeLevels() })
  }

  #reply(port: EnginePort, reply: Extract<FromEngine, { type: 'reply' }>): void {
    if (port === this.#port) this.#send(reply)
  }

  #send(message: FromEngine): void {
    this.#port?.send(JSON.stringify(message))
  }

  #sendMedia(bytes: Uint8Array): void {
    if (this.#port !== undefined && this.#port.bufferedBytes < MAX_BUFFERED_BYTES) this.#port.send(bytes)
  }
}

function toTrouble(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: 'UNEXPECTED', message: String(error) }
  const code: unknown = Reflect.get(error, 'code')
  return { code: typeof code === 'string' ? code : 'UNEXPECTED', message: error.message }
}

import { mkdir } from 'node:fs/promises'
import { Engine } from '@pearcast/engine'
import type { Command, EngineState } from '@pearcast/engine/schema'
import type { EngineArguments, EngineStatus, FromEngineProcess, ToEngine } from './messages.ts'
import { FIRST_OWN_ID, PagePort, type RawPort } from './page-port.ts'

/** The way to the main process. */
export interface ParentPort {
  postMessage(message: FromEngineProcess): void
  on(event: 'message', listener: (event: { data: ToEngine; ports: RawPort[] }) => void): unknown
}

/**
 * The engine in a process of its own: pages come and go, the main process tells what the user did outside of them, and
 * hears what it shows there.
 */
export class EngineService {
  readonly #engine: Engine
  readonly #parent: ParentPort
  readonly #exit: () => void
  #port: PagePort
  #hasPage = false
  #commands = 0
  #told = ''
  /** Opened before there was a page to show it. */
  #link: string | undefined

  private constructor(engine: Engine, parent: ParentPort, exit: () => void) {
    this.#engine = engine
    this.#parent = parent
    this.#exit = exit
    this.#port = new PagePort(undefined, () => {})
    this.#attach(undefined)
    parent.on('message', ({ data, ports }) => this.#take(data, ports))
    parent.postMessage({ type: 'ready' })
  }

  /** @param exit ends the process, once everything is closed */
  static async start(args: EngineArguments, parent: ParentPort, exit: () => void): Promise<EngineService> {
    await mkdir(args.folder, { recursive: true, mode: 0o700 })
    const { bootstrap, folder, recordings } = args
    const engine = await Engine.open({ folder, bootstrap, recordings, path: 'auto' })
    return new EngineService(engine, parent, exit)
  }

  #take(message: ToEngine, ports: RawPort[]): void {
    switch (message.type) {
      case 'page': {
        this.#attach(ports[0])
        if (this.#link !== undefined) this.#port.tell({ type: 'open-link', link: this.#link })
        this.#link = undefined
        return
      }
      case 'open-link':
        if (this.#hasPage) return this.#port.tell(message)
        this.#link = message.link
        return
      case 'command':
        return this.#command(message.command)
      case 'close':
        void this.close()
    }
  }

  async close(): Promise<void> {
    await this.#engine.close()
    this.#parent.postMessage({ type: 'closed' })
    this.#exit()
  }

  #attach(raw: RawPort | undefined): void {
    const port = new PagePort(raw, (state) => this.#tell(state))
    this.#port = port
    this.#hasPage = raw !== undefined
    raw?.on('close', () => {
      // The engine goes on without a page, and what it does is still told.
      if (this.#port === port) this.#attach(undefined)
    })
    this.#engine.attach(port)
  }

  #command(command: Command): void {
    const id = FIRST_OWN_ID + this.#commands++
    this.#port.onmessage?.(JSON.stringify({ type: 'command', id, command }))
  }

  #tell(state: EngineState): void {
    const status = statusOf(state)
    const text = JSON.stringify(status)
    if (text === this.#told) return
    this.#told = text
    this.#parent.postMessage({ type: 'status', status })
  }
}

function statusOf({ broadcast, listening, muted }: EngineState): EngineStatus {
  const isOnAir = broadcast !== null && broadcast.phase !== 'stopping'
  return {
    broadcast: isOnAir ? { title: broadcast.title, listeners: broadcast.listeners } : null,
    listening: listening === null ? null : { title: listening.title, link: listening.link },
    isMuted: muted,
  }
}

import type { ElectronApi, Port, UtilityProcess } from './electron-api.ts'
import {
  IDLE,
  type EngineArguments,
  type EngineStatus,
  type FromEngineProcess,
  type ToEngine,
} from './engine/messages.ts'

interface EngineProcessOptions {
  electron: Pick<ElectronApi, 'utilityProcess'>
  /** The script that it runs. */
  file: string
  args: EngineArguments
  onStatus: (status: EngineStatus) => void
  /** Another one took the place of one that ended: the page's port leads nowhere. */
  onRestart: () => void
  /** It ended too often, and is not started again. */
  onGivenUp: () => void
}

/** More ends in a minute than that are no accident. */
const MAX_STARTS = 5
const WITHIN_MS = 60_000
const RESTART_MS = 500
/** Listeners are told that the station leaves; then it is ended without that. */
const CLOSE_MS = 5000

/** The engine's process: started again when it ends, and what is to be said to it waits until it listens. */
export class EngineProcess {
  status: EngineStatus = IDLE
  readonly #options: EngineProcessOptions
  #child: UtilityProcess | undefined
  #isReady = false
  #waiting: { message: ToEngine; ports: Port[] }[] = []
  #startsMs: number[] = []
  #restarts = -1
  #closed: (() => void) | undefined
  #restart: NodeJS.Timeout | undefined

  constructor(options: EngineProcessOptions) {
    this.#options = options
    this.#start()
  }

  /** Another page takes the last one's place. */
  attach(port: Port): void {
    this.#waiting = this.#waiting.filter(({ message }) => message.type !== 'page')
    this.send({ type: 'page' }, [port])
  }

  send(message: ToEngine, ports: Port[] = []): void {
    if (this.#child === undefined || !this.#isReady) this.#waiting.push({ message, ports })
    else this.#child.postMessage(message, ports)
  }

  /** Off the air and gone. Resolves when the process has ended. */
  close(): Promise<void> {
    clearTimeout(this.#restart)
    return new Promise((resolve) => {
      const child = this.#child
      if (child === undefined) return resolve()
      const timer = setTimeout(() => child.kill(), CLOSE_MS)
      this.#closed = () => {
        clearTimeout(timer)
        resolve()
      }
      child.postMessage({ type: 'close' })
    })
  }

  #start(): void {
    this.#restarts++
    this.#startsMs = [...this.#startsMs, Date.now()].slice(-MAX_STARTS)
    const { args, electron, file } = this.#options
    const options = { serviceName: 'pearCast engine' }
    const child = electron.utilityProcess.fork(file, [JSON.stringify(args)], options)
    this.#child = child
    child.on('message', (message) => this.#take(message))
    child.on('exit', () => this.#exited())
  }

  #take(message: unknown): void {
    if (!isFromEngine(message)) return
    if (message.type === 'status') this.#show(message.status)
    if (message.type !== 'ready') return
    this.#isReady = true
    for (const { message: waiting, ports } of this.#waiting.splice(0)) this.send(waiting, ports)
    if (this.#restarts > 0) this.#options.onRestart()
  }

  #exited(): void {
    this.#child = undefined
    this.#isReady = false
    this.#show(IDLE)
    if (this.#closed !== undefined) return this.#closed()
    const [first = 0] = this.#startsMs
    if (this.#startsMs.length === MAX_STARTS && Date.now() - first < WITHIN_MS)
      return this.#options.onGivenUp()
    this.#restart = setTimeout(() => this.#start(), RESTART_MS)
  }

  #show(status: EngineStatus): void {
    this.status = status
    this.#options.onStatus(status)
  }
}

/** It is our own process: a look at the kind is enough. */
function isFromEngine(message: unknown): message is FromEngineProcess {
  return typeof message === 'object' && message !== null && 'type' in message
}

import { spawn, type ChildProcess } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { CliError } from '../errors.ts'
import type { CliEvent } from '../events.ts'
import { printable } from '../terminal/text.ts'

/** An event of another process: `t` is when it was told, ms since 1970. */
export type TimedEvent<E extends CliEvent> = E & { t: number }

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

interface ChildOptions<E extends CliEvent> {
  name: 'broadcast' | 'listen'
  /** after `--json` */
  args: readonly string[]
  mainFile: string
  env: Readonly<Record<string, string>>
  onEvent: (event: TimedEvent<E>) => void
}

/** A clean end closes sockets and tells peers; afterwards patience ends. */
const LEAVE_MS = 5_000
const MAX_STDERR_LINES = 20

/** One `pearcast` command as a process of its own, understood by its events. Ends when this process ends, however it ends. */
export class ChildCommand<E extends CliEvent> {
  readonly name: string
  readonly exited: Promise<Exit>
  readonly #process: ChildProcess
  readonly #onEvent: (event: TimedEvent<E>) => void
  readonly #stderr: string[] = []
  #lastError: string | undefined

  constructor({ name, args, mainFile, env, onEvent }: ChildOptions<E>) {
    this.name = name
    this.#onEvent = onEvent
    // The IPC channel carries nothing: its closing asks the child to leave, on every platform, and also when we crash.
    const child = spawn(process.execPath, [mainFile, name, '--json', ...args], {
      // A configuration of the user's would change what is measured.
      env: { ...process.env, PEARCAST_CONFIG: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#process = child
    const kill = (): boolean => child.kill('SIGKILL')
    process.once('exit', kill)
    const read = [
      eachLine(child.stdout, (line) => this.#takeEvent(line)),
      eachLine(child.stderr, (line) => this.#takeWords(line)),
    ]
    this.exited = this.#end().then(async (exit) => {
      process.off('exit', kill)
      // Lines may still be under way; Node's own 'close' event never comes once we have closed the IPC channel.
      await Promise.all(read)
      return exit
    })
  }

  /** Waits for the end, which is a failure whatever its exit code. */
  async died(): Promise<never> {
    throw this.failure(await this.exited)
  }

  failure({ code, signal }: Exit): CliError {
    const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was killed by ${signal}`
    const why = this.#lastError ?? this.#stderr.join(' | ')
    return CliError.childDied(this.name, why === '' ? `${how}.` : `${how}: ${why}`, code || undefined)
  }

  /** Asks it to leave, and sees to it. */
  async stop(): Promise<Exit> {
    if (this.#process.connected) this.#process.disconnect()
    const force = setTimeout(() => this.#process.kill('SIGKILL'), LEAVE_MS)
    try {
      return await this.exited
    } finally {
      clearTimeout(force)
    }
  }

  #end(): Promise<Exit> {
    return new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }))
      this.#process.once('error', (error) => {
        this.#lastError = error.message
        resolve({ code: null, signal: null })
      })
    })
  }

  #takeEvent(line: string): void {
    const event = parseEvent<E>(line)
    if (event === undefined) {
      this.#takeWords(line)
      return
    }
    if (event.event === 'error') this.#lastError = printable(event.message)
    this.#onEvent(event)
  }

  #takeWords(line: string): void {
    this.#stderr.push(printable(line))
    if (this.#stderr.length > MAX_STDERR_LINES) this.#stderr.shift()
  }
}

function parseEvent<E extends CliEvent>(line: string): TimedEvent<E> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isEvent<E>(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The edge: what the same program prints with --json is an event, as its schema says; anything else is noise. */
function isEvent<E extends CliEvent>(value: unknown): value is TimedEvent<E> {
  return typeof value === 'object' && value !== null && 'event' in value && 't' in value
}

/** Resolves at the end of the stream, every line taken. */
function eachLine(stream: Readable | null, take: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    if (stream === null) return resolve()
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', take).on('close', resolve)
  })
}

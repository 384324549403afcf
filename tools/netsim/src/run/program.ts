import type { ChildProcess } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { within } from '../within.ts'

/** One line of `pearcast --json`; the schema is apps/cli/schema. */
export interface ProgramEvent {
  readonly event: string
  /** Unix time, ms. */
  readonly t: number
  readonly [field: string]: unknown
}

const PIPES_CLOSE_MS = 1000
/** The kernel ends a killed process at once, unless it is stuck in the kernel. */
const KILLED_MS = 10_000

/** A `pearcast` process, what it has said so far, and the files that keep it. */
export class Program {
  readonly events: ProgramEvent[] = []
  readonly child: ChildProcess
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>
  /** The same, once it is known. */
  exit: number | string | undefined
  readonly #name: string
  readonly #log: WriteStream
  #stderr = ''
  #waiting: (() => void)[] = []

  /** `<file>.jsonl` gets its events, `<file>.log` what it says to people. */
  constructor(name: string, child: ChildProcess, file: string) {
    this.#name = name
    this.child = child
    this.#log = createWriteStream(`${file}.jsonl`)
    const stderrLog = createWriteStream(`${file}.log`)
    child.stderr?.on('data', (chunk: Buffer) => {
      stderrLog.write(chunk)
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000)
    })
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => this.#onLine(line))
    this.exited = new Promise((resolve) => {
      const over = (exit: number | string): void => {
        if (this.exit !== undefined) return
        this.exit = exit
        this.#log.end()
        stderrLog.end()
        this.#wake()
        resolve(exit)
      }
      child.once('error', (error) => over(error.message))
      child.once('close', (code, signal) => over(code ?? signal ?? 'unknown'))
      // A pipe that somebody else still holds must not keep a process alive that has ended.
      child.once('exit', (code, signal) => {
        setTimeout(() => over(code ?? signal ?? 'unknown'), PIPES_CLOSE_MS).unref()
      })
    })
  }

  last(event: string): ProgramEvent | undefined {
    return this.events.findLast((each) => each.event === event)
  }

  of(event: string): ProgramEvent[] {
    return this.events.filter((each) => each.event === event)
  }

  /** The first such event; undefined when the process ends or the time is over before it came. */
  async until(event: string, withinMs: number): Promise<ProgramEvent | undefined> {
    const deadlineMs = performance.now() + withinMs
    for (;;) {
      const found = this.events.find((each) => each.event === event)
      const leftMs = deadlineMs - performance.now()
      if (found !== undefined || leftMs <= 0 || this.exit !== undefined) return found
      await this.#changed(leftMs)
    }
  }

  /** Ask for a clean end, and insist after `graceMs`. */
  async stop(graceMs = 5000): Promise<void> {
    if (this.exit !== undefined) return
    this.child.kill('SIGCONT')
    this.child.kill('SIGTERM')
    const insist = setTimeout(() => this.child.kill('SIGKILL'), graceMs)
    try {
      await within(graceMs + KILLED_MS, `The end of the ${this.#name}`, this.exited)
    } finally {
      clearTimeout(insist)
    }
  }

  /** How it ended, for a message. */
  describe(): string {
    const error = this.last('error')
    const state = this.exit === undefined ? 'still runs' : `ended with ${this.exit}`
    const said = error === undefined ? this.#stderr.trim().split('\n').at(-1) : String(error['message'])
    return `${this.#name} ${state}${said ? `: ${said}` : ''}`
  }

  #onLine(line: string): void {
    this.#log.write(`${line}\n`)
    const event = parseEvent(line)
    if (event === undefined) return
    this.events.push(event)
    this.#wake()
  }

  #changed(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

function parseEvent(line: string): ProgramEvent | undefined {
  try {
    const parsed: ProgramEvent = JSON.parse(line)
    return typeof parsed.event === 'string' ? parsed : undefined
  } catch {
    return undefined
  }
}

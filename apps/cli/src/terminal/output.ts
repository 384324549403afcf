import { wrapAnsi } from 'fast-wrap-ansi'
import picocolors from 'picocolors'
import { eventLine, type CliEvent } from '../events.ts'
import { LOG_LEVELS, type LogLevel } from '../options/global.ts'
import { StatusBlock, type StatusScreen } from './status-block.ts'

export type Colors = ReturnType<typeof picocolors.createColors>

interface Screen extends StatusScreen {
  readonly isTTY?: boolean | undefined
}

export interface OutputOptions {
  json: boolean
  logLevel: LogLevel | undefined
  stdout: { write(text: string): unknown }
  stderr: Screen
  env: Readonly<Record<string, string | undefined>>
  nowMs: () => number
}

/** A line for people and how much it matters. */
export interface Line {
  level: LogLevel
  text: string
}

/** Results go to stdout, as events with --json; what goes on is told on stderr: two audiences that never share a stream. */
export class Output {
  readonly json: boolean
  readonly colors: Colors
  /** whether `status` is shown; where it is not, commands print plain lines now and then */
  readonly isLive: boolean
  readonly #options: OutputOptions
  readonly #level: number
  readonly #block: StatusBlock | undefined
  #lastError: string | undefined

  constructor(options: OutputOptions) {
    this.#options = options
    const { json, stderr, env } = options
    this.json = json
    const level = options.logLevel ?? (json ? 'warn' : 'info')
    this.#level = LOG_LEVELS.indexOf(level)
    const isTerminal = stderr.isTTY === true && env['TERM'] !== 'dumb'
    this.colors = picocolors.createColors(isTerminal && !env['NO_COLOR'])
    this.isLive = isTerminal && !json && this.allows('info')
    this.#block = this.isLive ? new StatusBlock(stderr) : undefined
  }

  allows(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= this.#level
  }

  /** One line of JSON, with --json only. */
  event(event: CliEvent): void {
    if (event.event === 'error') this.#lastError = event.code
    if (this.json) this.#options.stdout.write(`${eventLine(event, this.#options.nowMs())}\n`)
  }

  /** Whether the last error told was this one: a library may tell it as an event and throw it as well. */
  hasTold(code: string): boolean {
    return this.#lastError === code
  }

  line(level: LogLevel, text: string): void {
    if (!this.allows(level)) return
    const painted = this.#fitted(this.#painted(level, text))
    if (this.#block) this.#block.print(painted)
    else this.#options.stderr.write(`${painted}\n`)
  }

  /** What was asked for, as a line on stdout; with --json the event says it. */
  result(text: string): void {
    if (this.json) return
    // Both may be the same terminal.
    this.#block?.show([])
    this.#options.stdout.write(`${text}\n`)
  }

  lines(lines: readonly Line[]): void {
    for (const { level, text } of lines) this.line(level, text)
  }

  /** The live lines at the bottom of a terminal; none of them to remove them. */
  status(lines: readonly string[]): void {
    this.#block?.show(lines)
  }

  /** Terminals break lines inside words. What is longer than a line, a link or a key, is left whole. */
  #fitted(line: string): string {
    const { isTTY, columns } = this.#options.stderr
    return isTTY === true && columns ? wrapAnsi(line, columns, { trim: false }) : line
  }

  #painted(level: LogLevel, text: string): string {
    if (level === 'error') return `${this.colors.red('error:')} ${text}`
    if (level === 'warn') return this.colors.yellow(text)
    return level === 'debug' ? this.colors.dim(text) : text
  }
}

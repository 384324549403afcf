import type { StoryStep } from '../virtual/story.ts'

/** On a terminal one line that changes; elsewhere a line now and then, so that a log shows that it goes on. */
const ON_TERMINAL_MS = 500
const IN_LOG_MS = 30_000
/** A simulated second in which everybody comes costs as much as so many later ones. */
const STORM_FACTOR = 14
const STORM_MS = 12_000

/** Tells on standard error how far a story is. */
export class Progress {
  readonly #name: string
  readonly #startedMs = performance.now()
  #toldMs = performance.now()

  constructor(name: string) {
    this.#name = name
  }

  /** Call it as often as you like. */
  look(step: StoryStep): void {
    const nowMs = performance.now()
    const { isTTY } = process.stderr
    if (nowMs - this.#toldMs < (isTTY ? ON_TERMINAL_MS : IN_LOG_MS)) return
    this.#toldMs = nowMs
    const line = `${this.#name}: ${progressOf(step, nowMs - this.#startedMs, process.memoryUsage.rss())}`
    // A line that wraps would not be written over.
    process.stderr.write(isTTY ? `\r\u001B[K${line.slice(0, process.stderr.columns - 1)}` : `${line}\n`)
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')
  }
}

/** Simulated time, what is done of the work, who is there, memory, and how long the rest may take. */
export function progressOf({ atMs, census, lengthMs }: StoryStep, tookMs: number, bytes: number): string {
  const share = workUntil(atMs) / workUntil(lengthMs)
  const leftS = (tookMs / share - tookMs) / 1000
  const left = leftS < 90 ? `${Math.ceil(leftS)} s` : `${Math.round(leftS / 60)} min`
  const tree =
    census === undefined
      ? ''
      : `${census.listeners} listeners, ${(100 * census.hearing).toFixed(1)} % hear, depth ${census.depth.max}; `
  const time = `${(atMs / 1000).toFixed(1)} of ${lengthMs / 1000} s`
  return `${time} (${Math.floor(100 * share)} %); ${tree}${Math.round(bytes / 2 ** 20)} MiB; some ${left} left`
}

/** In milliseconds of a calm tree. */
function workUntil(atMs: number): number {
  return atMs + (STORM_FACTOR - 1) * Math.min(atMs, STORM_MS)
}

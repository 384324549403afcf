import { failureOf } from './errors.ts'
import type { CliEvent } from './events.ts'
import type { Output } from './terminal/output.ts'
import { printable } from './terminal/text.ts'

const PLEA = ' (a fault of pearcast: please report it, with what --log-level debug prints)'

/** Tells an error once, however often it comes by on its way up. @returns its exit code */
export function tellError(error: unknown, output: Output): number {
  const { code, message, exitCode, unexpected, stack } = failureOf(error)
  if (output.hasTold(code)) return exitCode
  output.status([])
  output.event({ event: 'error', code, message })
  output.line('error', printable(message, 1000) + (unexpected ? PLEA : ''))
  if (unexpected && stack !== undefined) output.line('debug', stack)
  return exitCode
}

/**
 * Starts what tells events, and keeps their order: when the start fails, the error comes before the `ended` that it
 * caused.
 */
export class OrderedStart<E extends CliEvent> {
  readonly #pass: (event: E) => void
  readonly #output: Output
  #isStarting = true
  #held: E[] = []

  constructor(pass: (event: E) => void, output: Output) {
    this.#pass = pass
    this.#output = output
  }

  readonly take = (event: E): void => {
    if (this.#isStarting && event.event === 'ended') this.#held.push(event)
    else this.#pass(event)
  }

  /**
   * @param isLeaving when we have asked it to stop, its start fails for that reason only
   * @throws what `start` throws, told already
   */
  async start(start: () => Promise<void>, isLeaving: () => boolean): Promise<void> {
    try {
      await start()
    } catch (error) {
      if (isLeaving()) return
      tellError(error, this.#output)
      throw error
    } finally {
      this.#isStarting = false
      for (const event of this.#held) this.#pass(event)
    }
  }
}

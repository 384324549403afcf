import { constants } from 'node:os'

/** Somebody ends the lab with Ctrl-C or SIGTERM: what plays is taken apart, and what was played is told. */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #end = (name: NodeJS.Signals): void => {
    // The second time nobody waits.
    if (this.name !== undefined) process.exit(this.exitCode)
    this.name = name
    // A terminal has just written ^C.
    const line = process.stderr.isTTY ? '\n' : ''
    process.stderr.write(
      `${line}${name}: ends what plays and writes down what was played; once more ends at once.\n`,
    )
    this.#controller.abort()
  }
  /** Undefined while nobody has. */
  name: NodeJS.Signals | undefined

  constructor() {
    for (const each of ['SIGINT', 'SIGTERM'] as const) process.on(each, this.#end)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** As a shell has it: 130 for Ctrl-C, 143 for SIGTERM. */
  get exitCode(): number {
    return 128 + (this.name === undefined ? 0 : constants.signals[this.name])
  }

  /** From here on signals end the process as usual. */
  stop(): void {
    for (const each of ['SIGINT', 'SIGTERM'] as const) process.off(each, this.#end)
  }
}

/** Rejects when it is aborted. The promise is left to itself then. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  let abort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new Error('it was interrupted'))
    signal.addEventListener('abort', abort)
  })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort))
}

import type { Command } from 'commander'
import type { Output } from './terminal/output.ts'

/** What a running command is given: where to talk, when to stop, and where it all began. */
export interface Session {
  readonly output: Output
  readonly stop: StopSignal
  /** when the arguments were parsed: `ms` in events counts from here. ms since 1970 */
  readonly startedAtMs: number
  /** the program file, for a command that runs others */
  readonly mainFile: string
}

/** @returns the exit code */
type Work = (session: Session) => Promise<number>

/** Runs what a command does, with everything that all commands share around it. */
export type Runner = (command: Command, work: Work) => Promise<void>

export type StopCause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGBREAK' | 'disconnect' | 'output-closed'

/** Someone wants the command to end: told once, to everyone who asked, also to those who ask later. */
export class StopSignal {
  #cause: StopCause | undefined
  readonly #waiting = new Set<() => void>()
  #hangUp: (() => void) | undefined

  get cause(): StopCause | undefined {
    return this.#cause
  }

  request(cause: StopCause): void {
    if (this.#cause !== undefined) return
    this.#cause = cause
    for (const call of this.#waiting) call()
    this.#waiting.clear()
  }

  /** Calls back once; at once when the wish is already known. @returns a function that cancels */
  onRequest(call: () => void): () => void {
    if (this.#cause === undefined) this.#waiting.add(call)
    else call()
    return () => this.#waiting.delete(call)
  }

  /** SIGHUP means something else than the end to this command, as to read its file again. @returns the end of that */
  takeHangUps(call: () => void): () => void {
    this.#hangUp = call
    return () => (this.#hangUp = undefined)
  }

  /** False when SIGHUP is a wish to end. */
  hangUp(): boolean {
    this.#hangUp?.()
    return this.#hangUp !== undefined
  }

  requested(): Promise<void> {
    return new Promise((resolve) => {
      this.onRequest(resolve)
    })
  }
}

import { spawn, type ChildProcess } from 'node:child_process'
import process from 'node:process'
import type { FromEngineProcess, ToEngine } from './engine-messages.ts'

export interface EngineExit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A clean end tells listeners and closes sockets; afterwards patience ends. */
const LEAVE_MS = 5_000

/** This program again, as the engine behind the page. Ends with us, however we end: by its channel's closing. */
export class EngineProcess {
  readonly exited: Promise<EngineExit>
  /** Where its page is; undefined until it serves it. */
  port: number | undefined
  sessions: readonly string[]
  readonly #child: ChildProcess

  constructor(mainFile: string, start: Omit<Extract<ToEngine, { type: 'start' }>, 'type'>) {
    this.sessions = start.sessions
    const child = spawn(process.execPath, [mainFile, ...process.argv.slice(2), '--engine'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Ctrl-C in a terminal goes to us alone, and we ask it to leave, once.
      detached: process.platform !== 'win32',
    })
    this.#child = child
    child.on('message', (message: FromEngineProcess) => {
      if (message.type === 'ready') this.port = message.port
      else this.sessions = message.sessions
    })
    this.#send({ type: 'start', ...start })
    const kill = (): boolean => child.kill('SIGKILL')
    process.once('exit', kill)
    this.exited = new Promise<EngineExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }))
      child.once('error', () => resolve({ code: null, signal: null }))
    }).finally(() => process.off('exit', kill))
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  issueUrl(): void {
    this.#send({ type: 'issue-url' })
  }

  /** Asks it to leave, and sees to it. */
  stop(): void {
    if (this.#child.connected) this.#child.disconnect()
    const force = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS)
    void this.exited.then(() => clearTimeout(force))
  }

  #send(message: ToEngine): void {
    // One that died meanwhile is told by its exit.
    if (this.#child.connected) this.#child.send(message, () => {})
  }
}

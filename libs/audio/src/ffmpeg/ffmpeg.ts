import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { errorCodeOf } from '../source/bytes.ts'

/** Of what it says, the end is kept: it says most last. */
const MAX_SAID_CHARACTERS = 4000
const KILL_AFTER_MS = 2000

/** How a run of ffmpeg ended. */
export interface FfmpegEnd {
  /** false: there is no ffmpeg */
  started: boolean
  code: number | null
  /** stderr, its last lines */
  said: string
}

/** An ffmpeg process whose stdout is read. It never asks, and never outlives `kill`. */
export class FfmpegProcess {
  readonly stdout: Readable
  /** Settles when the process has ended and all it said was read; never rejects. */
  readonly ended: Promise<FfmpegEnd>
  readonly #child: ChildProcess

  /** @param stdin `inherit`: ffmpeg reads our own standard input, and holds its writer up as it is held up itself */
  constructor(args: readonly string[], stdin: 'ignore' | 'inherit' = 'ignore') {
    const child = spawn('ffmpeg', ['-hide_banner', '-nostats', '-loglevel', 'error', '-nostdin', ...args], {
      stdio: [stdin, 'pipe', 'pipe'],
      windowsHide: true,
      // Of a group of its own: Ctrl-C is meant for us, and ends it when we have left the air.
      detached: process.platform !== 'win32',
    })
    this.#child = child
    this.stdout = child.stdout
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-MAX_SAID_CHARACTERS)))
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        if (errorCodeOf(error) === 'ENOENT') resolve({ started: false, code: null, said: '' })
        else resolve({ started: true, code: null, said: error.message })
      })
      child.once('close', (code) => resolve({ started: true, code, said: said.trim() }))
    })
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return
    this.stdout.destroy()
    this.#child.kill('SIGTERM')
    // A second one is not taken for an answer: it waits for a device, or for our own standard input.
    const force = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS)
    await once(this.#child, 'exit')
    clearTimeout(force)
  }
}

/** Runs ffmpeg to its end for what it says; undefined when there is none. */
export async function askFfmpeg(
  args: readonly string[],
): Promise<{ stdout: string; said: string } | undefined> {
  const asked = new FfmpegProcess(args)
  const pieces: Buffer[] = []
  asked.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  const { started, said } = await asked.ended
  return started ? { stdout: Buffer.concat(pieces).toString(), said } : undefined
}

/** The last line that ffmpeg said, without the address of the part that said it. */
export function lastWord(said: string): string {
  const line = said.split('\n').at(-1) ?? ''
  return line.replace(/^\[[^\]]*\]\s*/, '').trim() || 'it does not say why'
}

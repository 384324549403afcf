import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { test } from 'vitest'

/** `test`, or where a program or an absolute path is missing a loud SKIP; under CI the test then runs and fails. */
export function testWith(...needed: string[]): typeof test | typeof test.skip {
  const missing = needed.filter((what) => !isThere(what))
  if (missing.length === 0 || process.env['CI'] === 'true') return test
  process.stderr.write(`SKIP: ${missing.join(', ')} is not here\n`)
  return test.skip
}

function isThere(what: string): boolean {
  return isAbsolute(what) ? existsSync(what) : spawnSync(what, ['--version']).error === undefined
}

/** Runs ffmpeg to its end. Throws with what it said. */
export function ffmpeg(...args: string[]): Buffer {
  const { error, status, stderr, stdout } = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', ...args], {
    maxBuffer: 1 << 28,
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${stderr.toString()}`)
  return stdout
}

/** 16-bit stereo as floats. */
export function pcmOf(bytes: Buffer): Float32Array {
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 4)))
  const pcm16 = new Int16Array(whole.buffer, whole.byteOffset, whole.length / 2)
  return Float32Array.from(pcm16, (sample) => sample / 32768)
}

/** A PulseAudio server of the test's own, with virtual devices only: what one plays to `name`, another hears at `name.monitor`. */
export class SoundServer {
  readonly env: NodeJS.ProcessEnv
  readonly #folder: string
  readonly #sinks: readonly string[]
  #process: ChildProcess | undefined
  #said = ''

  constructor(folder: string, sinks: readonly string[]) {
    this.#folder = join(folder, 'pulse')
    this.#sinks = sinks
    this.env = {
      PULSE_SERVER: `unix:${join(this.#folder, 'native')}`,
      PULSE_COOKIE: join(this.#folder, 'cookie'),
    }
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const socket = join(this.#folder, 'native')
    const modules = [
      `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
      ...this.#sinks.map(
        (name) => `module-null-sink sink_name=${name} sink_properties=device.description=${name}`,
      ),
    ]
    const child = spawn(
      'pulseaudio',
      [
        '-n',
        '--daemonize=no',
        '--use-pid-file=no',
        '--exit-idle-time=-1',
        '--log-target=stderr',
        '--log-level=1',
        ...modules.flatMap((module) => ['-L', module]),
      ],
      {
        // Nothing of the user's is read or changed.
        env: {
          PATH: process.env['PATH'],
          HOME: this.#folder,
          XDG_RUNTIME_DIR: this.#folder,
          XDG_CONFIG_HOME: this.#folder,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    this.#process = child
    child.stderr.on('data', (text: Buffer) => (this.#said += text.toString()))
    const deadlineMs = performance.now() + 15_000
    while (this.#pactl('info').status !== 0) {
      if (child.exitCode !== null || performance.now() > deadlineMs) {
        throw new Error(`pulseaudio does not answer: ${this.#said}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** The card is pulled out, or the server crashes. */
  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** The output devices that clients play to now, and whether at another volume; as PulseAudio tells. */
  players(): string {
    return this.#pactl('list', 'sink-inputs').stdout
  }

  /** Plays a file to a device, from now to its end. */
  play(file: string, sink: string): ChildProcess {
    return spawn(
      'ffmpeg',
      ['-v', 'error', '-nostdin', '-re', '-i', file, '-f', 'pulse', '-device', sink, 'test'],
      {
        env: { ...process.env, ...this.env },
        stdio: 'ignore',
      },
    )
  }

  /** What is heard at a device for so long, 16-bit stereo. */
  async record(sink: string, seconds: number): Promise<Buffer> {
    const input = ['-f', 'pulse', '-fragment_size', '3840', '-i', `${sink}.monitor`, '-t', `${seconds}`]
    const child = spawn(
      'ffmpeg',
      ['-v', 'error', '-nostdin', ...input, '-f', 's16le', '-ac', '2', '-ar', '48000', '-'],
      {
        env: { ...process.env, ...this.env },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    await once(child, 'close')
    return Buffer.concat(pieces)
  }

  #pactl(...args: string[]): { status: number | null; stdout: string } {
    return spawnSync('pactl', args, { env: { ...process.env, ...this.env }, encoding: 'utf8' })
  }
}

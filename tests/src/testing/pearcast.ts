import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const ROOT: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
export const MAIN: string = join(ROOT, 'apps', 'cli', 'src', 'main.ts')
/** Preloaded, it moves the clock of a process: by CLOCK_OFFSET_MS from the beginning, by an hour and more at SIGUSR2. */
export const CLOCK_STEP: string = join(ROOT, 'tests', 'src', 'testing', 'clock-step.ts')

/** A program, and what it is always given first. */
export type Command = readonly [program: string, ...args: string[]]

const PEARCAST: Command = [process.execPath, MAIN]

/** What a process's standard streams carry beside words and events. */
interface Wiring {
  /** `stdin` of the child can be written to */
  stdin?: boolean
  /** stdout is bare PCM, kept in `audio`; events are then told on stderr */
  audioOut?: boolean
}

export interface CliEvent {
  readonly event: string
  readonly t: number
  readonly [field: string]: unknown
}

/** A `pearcast` process and what it has said. */
export class Pearcast {
  readonly events: CliEvent[] = []
  stderr = ''
  readonly audio: Buffer[] = []
  readonly child: ChildProcess
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | string>
  #exit: number | string | undefined
  #waiting: (() => void)[] = []

  constructor(
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    [command, ...first]: Command = PEARCAST,
    { audioOut = false, stdin = false }: Wiring = {},
  ) {
    const stdio = [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const
    this.child = spawn(command, [...first, ...args], { env, stdio: [...stdio] })
    const { stderr, stdout } = this.child
    if (stdout === null || stderr === null) throw new Error('the child has no pipes')
    // A child that has ended takes no more; what it said tells why.
    this.child.stdin?.on('error', () => {})
    if (audioOut) stdout.on('data', (piece: Buffer) => this.audio.push(piece))
    createInterface({ input: audioOut ? stderr : stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.events.push(JSON.parse(line))
      this.#wake()
    })
    stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.#exit = code ?? signal ?? 'unknown'
        this.#wake()
        resolve(this.#exit)
      })
    })
  }

  of(event: string): CliEvent[] {
    return this.events.filter((each) => each.event === event)
  }

  /** The first event that matches and came after the first `from` events. Throws with what was said instead. */
  async until(
    matches: string | ((event: CliEvent) => boolean),
    withinMs = 30_000,
    from = 0,
  ): Promise<CliEvent> {
    const test = typeof matches === 'string' ? (event: CliEvent) => event.event === matches : matches
    const deadlineMs = performance.now() + withinMs
    for (;;) {
      const found = this.events.slice(from).find(test)
      if (found !== undefined) return found
      const leftMs = deadlineMs - performance.now()
      if (leftMs <= 0 || this.#exit !== undefined) throw new Error(this.#report(String(matches), withinMs))
      await this.#changed(leftMs)
    }
  }

  /** Of a listener whose station is off the air: resolves when its buffer has been played. */
  async playedOut(): Promise<void> {
    await this.until(
      (event) => event.event === 'stats' && event['bufferMs'] === 0,
      10_000,
      this.events.length,
    )
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | string> {
    if (this.#exit === undefined) this.child.kill(signal)
    return this.exited
  }

  #report(wanted: string, withinMs: number): string {
    const said = this.events.filter(({ event }) => event !== 'stats').map((event) => JSON.stringify(event))
    const end = this.#exit === undefined ? 'still running' : `exited with ${this.#exit}`
    return `no ${wanted} within ${withinMs} ms (${end}); it said:\n${said.join('\n')}\n${this.stderr}`
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

/** A private DHT, a folder for keys and recordings, and every process that a test starts; all end with it. */
export class Lab {
  readonly folder: string
  readonly bootstrap: string
  /** what the processes find in their environment beside our own */
  readonly env: NodeJS.ProcessEnv = {}
  readonly #started: Pearcast[]

  private constructor(folder: string, bootstrap: string, started: Pearcast[]) {
    this.folder = folder
    this.bootstrap = bootstrap
    this.#started = started
  }

  static async open(): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), 'pearcast-e2e-'))
    const dht = new Pearcast(['dht', '--nodes', '4', '--json'], environment(folder))
    const { bootstrap } = await dht.until('dht-ready')
    return new Lab(folder, typeof bootstrap === 'string' ? bootstrap : '', [dht])
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  run(...args: string[]): Pearcast {
    return this.wire({}, ...args)
  }

  wire(wiring: Wiring, ...args: string[]): Pearcast {
    const env = { ...environment(this.folder), ...this.env }
    const all = [...args, '--json', '--bootstrap', this.bootstrap]
    const started = new Pearcast(all, env, PEARCAST, wiring)
    this.#started.push(started)
    return started
  }

  /** Another program that tells events in the same way. */
  runOther(program: string, args: readonly string[]): Pearcast {
    const started = new Pearcast(args, environment(this.folder), [program])
    this.#started.push(started)
    return started
  }

  /** On air, with the link that listeners need. */
  async broadcast(...args: string[]): Promise<{ broadcaster: Pearcast; link: string }> {
    const broadcaster = this.run('broadcast', ...args)
    const { link } = await broadcaster.until('on-air')
    return { broadcaster, link: String(link) }
  }

  listen(link: string, ...args: string[]): Pearcast {
    return this.run('listen', link, ...args)
  }

  /** Ends every process but the DHT, for the next test. */
  async clear(): Promise<void> {
    const ending = this.#started.splice(1)
    for (const each of ending) each.child.kill('SIGKILL')
    await Promise.all(ending.map((each) => each.exited))
  }

  async close(): Promise<void> {
    for (const each of this.#started) each.child.kill('SIGKILL')
    await Promise.all(this.#started.map((each) => each.exited))
    await rm(this.folder, { recursive: true })
  }
}

/** Keys in the test's folder; nothing of the user's is read or changed. */
function environment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, PEARCAST_HOME: join(folder, 'home'), NO_COLOR: '1' }
}

/** A short recording in another format, made from the sample. */
export function fixture(name: string): string {
  return join(ROOT, 'libs', 'audio', 'fixtures', name)
}

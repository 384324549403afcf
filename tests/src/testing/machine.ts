import { readFileSync } from 'node:fs'
import { beforeEach } from 'vitest'

/** What has to be left of a computer for a judgement to be one of the program. */
interface Demand {
  /** For so long at most nothing here runs: a process that waits has others wait as well, whatever they do. */
  pauseMs: number
  /** Of the processors' time, so much at most is taken by other machines on the same host. */
  stolenShare: number
  /** So much at least is not needed by anybody. */
  idleShare: number
}

/** Sound is heard: a pause that is longer than a jitter buffer hides is not the program's, nor is a queue for the processors. */
const HEARING: Demand = { pauseMs: 300, stolenShare: 0.15, idleShare: 0.05 }
/** Milliseconds are counted. */
const COUNTING: Demand = { pauseMs: 25, stolenShare: 0.05, idleShare: 0.1 }

const LOOK_MS = 5

/** What the computer did since a moment. Where the system does not tell of its processors, only pauses count. */
class MachineWatch {
  readonly #looking = setInterval(() => this.#look(), LOOK_MS).unref()
  #before = ticks()
  #seenMs = performance.now()
  #workedMs = workedMs()
  #pauseMs = 0

  begin(): void {
    this.#before = ticks()
    this.#look()
    this.#pauseMs = 0
  }

  end(): void {
    clearInterval(this.#looking)
  }

  /** How long nothing ran that was to run: what this thread itself was busy with is no pause. */
  #look(): void {
    const [nowMs, worked] = [performance.now(), workedMs()]
    this.#pauseMs = Math.max(this.#pauseMs, nowMs - this.#seenMs - LOOK_MS - (worked - this.#workedMs))
    this.#seenMs = nowMs
    this.#workedMs = worked
  }

  /** Why it did not do what is asked of it, in words. */
  heldUp({ idleShare, pauseMs, stolenShare }: Demand): string | undefined {
    this.#look()
    const now = ticks()
    const total = now.total - this.#before.total
    const stolen = total > 0 ? (now.stolen - this.#before.stolen) / total : 0
    const idle = total > 0 ? (now.idle - this.#before.idle) / total : 1
    if (stolen <= stolenShare && idle >= idleShare && this.#pauseMs <= pauseMs) return undefined
    const percent = (share: number): string => `${Math.round(100 * share)} %`
    return `${percent(stolen)} of the processors was taken by others, ${percent(idle)} was left, ${Math.round(this.#pauseMs)} ms at a time nothing ran`
  }
}

const watch = new MachineWatch()
beforeEach(() => watch.begin())

/** Runs what asks for real time since the test began; where the computer was held up, says so and does not. */
export function whereUnhindered(what: string, judge: () => void): void {
  const why = watch.heldUp(HEARING)
  if (why === undefined) judge()
  else process.stdout.write(`${what} is not judged: ${why}\n`)
}

export interface Watched<Result> {
  result: Result
  /** Why the computer had no time for us meanwhile: how well sound flows is a question for another moment. */
  heldUp: string | undefined
}

/** Does what counts milliseconds. */
export async function watched<Result>(work: () => Promise<Result>): Promise<Watched<Result>> {
  const own = new MachineWatch()
  try {
    return { result: await work(), heldUp: own.heldUp(COUNTING) }
  } finally {
    own.end()
  }
}

/** Of the processor, by this thread. */
function workedMs(): number {
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1000
}

/** Of all processors since the start of the system, proc(5). */
function ticks(): { total: number; stolen: number; idle: number } {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] = line
      .split(/\s+/)
      .slice(1)
      .map(Number)
    return {
      total: user + nice + system + idle + iowait + irq + softirq + stolen,
      stolen,
      idle: idle + iowait,
    }
  } catch {
    return { total: 0, stolen: 0, idle: 0 }
  }
}

import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
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

/** What the computer did since a moment. Where the system does not tell of its processors, only pauses count. */
class MachineWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: 5 })
  #before = ticks()

  constructor() {
    this.#delay.enable()
  }

  begin(): void {
    this.#delay.reset()
    this.#before = ticks()
  }

  end(): void {
    this.#delay.disable()
  }

  /** Why it did not do what is asked of it, in words. */
  heldUp({ idleShare, pauseMs, stolenShare }: Demand): string | undefined {
    const now = ticks()
    const total = now.total - this.#before.total
    const stolen = total > 0 ? (now.stolen - this.#before.stolen) / total : 0
    const idle = total > 0 ? (now.idle - this.#before.idle) / total : 1
    const longestMs = this.#delay.max / 1e6
    if (stolen <= stolenShare && idle >= idleShare && longestMs <= pauseMs) return undefined
    const percent = (share: number): string => `${Math.round(100 * share)} %`
    return `${percent(stolen)} of the processors was taken by others, ${percent(idle)} was left, ${Math.round(longestMs)} ms at a time nothing ran`
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

import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { beforeEach } from 'vitest'

/** Of the processors' time, taken by other machines on the same host: what is left is not what programs count on. */
const STOLEN_SHARE = 0.15
/** A pause of this process that nothing here causes, longer than a jitter buffer hides. */
const PAUSE_MS = 300

const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
let before = ticks()
beforeEach(() => {
  delay.reset()
  before = ticks()
})

/**
 * Why this computer did not do, since the test began, what real-time audio asks of one, in words; undefined when it did.
 * How much was heard is then no question to the program. Where the system does not tell, only pauses count.
 */
function heldUp(): string | undefined {
  const now = ticks()
  const total = now.total - before.total
  const stolenShare = total > 0 ? (now.stolen - before.stolen) / total : 0
  const pauseMs = delay.max / 1e6
  if (stolenShare < STOLEN_SHARE && pauseMs < PAUSE_MS) return undefined
  return `${Math.round(100 * stolenShare)} % of the processors was taken by others, ${Math.round(pauseMs)} ms at a time nothing ran`
}

/** Runs what asks a computer for real time; where it was held up, says so and does not. */
export function whereUnhindered(what: string, judge: () => void): void {
  const why = heldUp()
  if (why === undefined) judge()
  else process.stdout.write(`${what} is not judged: ${why}\n`)
}

/** Of all processors since the start of the system, proc(5). */
function ticks(): { total: number; stolen: number } {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, stolen = 0] = line
      .split(/\s+/)
      .slice(1)
      .map(Number)
    return { total: user + nice + system + idle + iowait + irq + softirq + stolen, stolen }
  } catch {
    return { total: 0, stolen: 0 }
  }
}

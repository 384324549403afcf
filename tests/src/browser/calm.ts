import { availableParallelism, loadavg } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** A computer that has this process wait so long has others wait as well, for whatever it did meanwhile. */
const HELD_UP_MS = 25

export interface Watched<Result> {
  result: Result
  /** Whether the computer had time for us meanwhile. How well sound flows is a question for such a moment only. */
  isCalm: boolean
}

export async function watched<Result>(work: () => Promise<Result>): Promise<Watched<Result>> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const result = await work()
  delay.disable()
  const isCalm = (loadavg()[0] ?? 0) <= availableParallelism() && delay.max / 1e6 < HELD_UP_MS
  return { result, isCalm }
}

/** Each round takes about so long: shorter than a time slice, so that the fastest was not interrupted. */
const ROUND_MS = 4
const ROUNDS = 250

/**
 * What one call costs, us: the fastest of many rounds, for whatever else the machine did meanwhile only adds to the others.
 */
export function usPerCall(call: () => unknown, rounds: number = ROUNDS): number {
  let calls = 1
  let tookMs = 0
  // Also warms up.
  for (; tookMs < ROUND_MS; calls *= 2) tookMs = timed(call, calls)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) best = Math.min(best, timed(call, calls) / calls)
  return best * 1000
}

function timed(call: () => unknown, calls: number): number {
  const sinceMs = performance.now()
  for (let i = 0; i < calls; i++) call()
  return performance.now() - sinceMs
}

/** A dial under way, as far as a second one to the same key is concerned. */
export interface DialInFlight {
  /** When it began, or will begin. Unix time, ms. */
  startMs: number
  /** The peer has answered: the route is good, and only the NATs are left to open. */
  answered: boolean
}

/** How much longer a peer that has answered is left alone, ms: consistent NATs open within half a second. */
const ANSWERED_MS = 2000

/**
 * How long the next dial to a key has to wait behind those under way, ms.
 *
 * Another dial helps where the route of the first is stale, and adds load where the peer is merely slow, which makes it
 * slower: of 300 listeners who came at once and dialled again after 300 or 600 ms, anything from none to all were in
 * after 20 s. So the first repeat is late, and each waits twice as long as the one before.
 */
export function repeatDelayMs(
  inFlight: readonly DialInFlight[],
  firstRepeatMs: number,
  nowMs: number,
): number {
  if (inFlight.length === 0) return 0
  const latestMs = Math.max(...inFlight.map(({ startMs }) => startMs))
  const restMs = firstRepeatMs * 2 ** (inFlight.length - 1)
  const patienceMs = inFlight.some(({ answered }) => answered) ? ANSWERED_MS : 0
  return Math.max(0, latestMs + restMs + patienceMs - nowMs)
}

/** The most plays of one search. */
const MOST_PLAYS = 24

/**
 * The fewest of the events with which it still fails, in their order: delta debugging (Zeller and Hildebrandt, 2002)
 * that only leaves out. With fewer than `mostPlays` plays none of what is left can be left out.
 *
 * @param fails plays some of them; that all of them fail is known
 */
export async function shrink<T>(
  events: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  mostPlays: number = MOST_PLAYS,
): Promise<readonly T[]> {
  let left = events
  let plays = 0
  let chunk = Math.ceil(left.length / 2)
  while (chunk >= 1 && left.length > 0) {
    let at = 0
    let isShorter = false
    while (at < left.length) {
      if (plays++ >= mostPlays) return left
      const without = [...left.slice(0, at), ...left.slice(at + chunk)]
      if (await fails(without)) {
        left = without
        isShorter = true
      } else {
        at += chunk
      }
    }
    if (chunk === 1 && !isShorter) return left
    chunk = chunk === 1 ? 1 : Math.ceil(chunk / 2)
  }
  return left
}

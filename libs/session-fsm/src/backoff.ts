/** Doubles from `firstMs` with each round (counted from 1) up to `maxMs`. */
export function backoffMs(round: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(Math.max(round, 1) - 1, 30), maxMs)
}

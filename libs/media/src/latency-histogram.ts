const BUCKETS = 16_001

/**
 * Latencies in buckets of 1 ms from 0 to 16 s: percentiles over a whole session without keeping samples.
 * Below 0 (an error of the clock estimate) counts as 0, above 16 s as 16 s.
 */
export class LatencyHistogram {
  readonly #buckets: Uint32Array = new Uint32Array(BUCKETS)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** `us` that is not a number (no clock estimate yet) is not counted. */
  add(us: number): void {
    if (Number.isNaN(us)) return
    const ms = Math.round(us / 1000)
    const bucket = ms < 0 ? 0 : ms >= BUCKETS ? BUCKETS - 1 : ms
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
  }

  /** The latency in ms that a fraction `p` (0..1) of the samples does not exceed; NaN without samples. */
  percentile(p: number): number {
    if (this.#count === 0) return Number.NaN
    const rank = Math.max(1, Math.ceil(p * this.#count))
    let seen = 0
    for (let ms = 0; ms < BUCKETS; ms++) {
      seen += this.#buckets[ms] ?? 0
      if (seen >= rank) return ms
    }
    return BUCKETS - 1
  }

  clear(): void {
    this.#buckets.fill(0)
    this.#count = 0
  }
}

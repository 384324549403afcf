const BUCKET_US = 1_000_000
const BUCKETS = 10

/**
 * The fastest arrival of the last 10 s: min(arrival - media time), in us. Every other frame's lateness is
 * measured against it, so clocks need no common zero; the window lets it follow drift and a changed path.
 */
export class FastestArrival {
  readonly #minUs: Float64Array = new Float64Array(BUCKETS).fill(Number.POSITIVE_INFINITY)
  readonly #stamp: Float64Array = new Float64Array(BUCKETS).fill(-1)
  #second = -1
  #fastestUs = Number.POSITIVE_INFINITY

  /** Infinity before the first arrival. */
  get us(): number {
    return this.#fastestUs
  }

  /** Takes arrival minus media time; returns how much later than the fastest this frame came, in us. */
  add(offsetUs: number, nowUs: number): number {
    const second = Math.floor(nowUs / BUCKET_US)
    const bucket = second % BUCKETS
    if (this.#stamp[bucket] !== second) {
      this.#stamp[bucket] = second
      this.#minUs[bucket] = offsetUs
    } else {
      this.#minUs[bucket] = Math.min(this.#minUs[bucket] ?? offsetUs, offsetUs)
    }
    if (second !== this.#second) {
      this.#second = second
      this.#fastestUs = this.#smallest(second)
    } else if (offsetUs < this.#fastestUs) {
      this.#fastestUs = offsetUs
    }
    return offsetUs - this.#fastestUs
  }

  /** Forgets the past: the source paused, or the way has become longer for good. */
  rebase(offsetUs: number, nowUs: number): void {
    this.clear()
    this.add(offsetUs, nowUs)
  }

  clear(): void {
    this.#stamp.fill(-1)
    this.#second = -1
    this.#fastestUs = Number.POSITIVE_INFINITY
  }

  #smallest(second: number): number {
    let smallest = Number.POSITIVE_INFINITY
    for (let i = 0; i < BUCKETS; i++) {
      const stamp = this.#stamp[i] ?? -1
      if (stamp > second - BUCKETS && stamp <= second)
        smallest = Math.min(smallest, this.#minUs[i] ?? smallest)
    }
    return smallest
  }
}

const BUCKETS = 512
const HALF_US = 5_000_000

/** Lateness of the last 5 to 10 s in buckets of 1 ms, up to 511 ms: two halves that take turns. */
export class LatenessWindow {
  #current: Uint32Array = new Uint32Array(BUCKETS)
  #previous: Uint32Array = new Uint32Array(BUCKETS)
  #count = 0
  #previousCount = 0
  #sinceUs = Number.NEGATIVE_INFINITY

  get count(): number {
    return this.#count + this.#previousCount
  }

  add(latenessUs: number, nowUs: number): void {
    if (nowUs - this.#sinceUs >= HALF_US) this.#turn(nowUs)
    const bucket = Math.min(Math.max(Math.floor(latenessUs / 1000), 0), BUCKETS - 1)
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1
    this.#count++
  }

  /** The lateness in us that a fraction `p` of the frames does not exceed (upper edge); 0 without frames. */
  percentileUs(p: number): number {
    const rank = Math.ceil(p * this.count)
    let seen = 0
    for (let i = 0; i < BUCKETS && rank > 0; i++) {
      seen += (this.#current[i] ?? 0) + (this.#previous[i] ?? 0)
      if (seen >= rank) return (i + 1) * 1000
    }
    return 0
  }

  clear(): void {
    this.#current.fill(0)
    this.#previous.fill(0)
    this.#count = 0
    this.#previousCount = 0
    this.#sinceUs = Number.NEGATIVE_INFINITY
  }

  #turn(nowUs: number): void {
    const stale = this.#previous
    stale.fill(0)
    this.#previous = this.#current
    this.#previousCount = this.#count
    this.#current = stale
    this.#count = 0
    this.#sinceUs = nowUs
  }
}

const HALF_US = 30_000_000
/** What comes late within this time of each other has one cause: a stall, a lost burst, a full queue. */
const EPISODE_US = 500_000
/** How many of the worst episodes are kept for each half of the window. */
const KEPT = 3

/**
 * The worst lateness of the last 30 to 60 s, by episodes. One episode is an accident; what recurs is the way's
 * nature, and the delay should cover it.
 */
export class LatenessRecord {
  readonly #current: Float64Array = new Float64Array(KEPT)
  readonly #previous: Float64Array = new Float64Array(KEPT)
  #sinceUs = Number.NEGATIVE_INFINITY
  #episodeUs = Number.NEGATIVE_INFINITY
  #worstUs = 0

  add(latenessUs: number, nowUs: number): void {
    if (nowUs - this.#episodeUs < EPISODE_US) {
      if (latenessUs > this.#worstUs) this.#worstUs = latenessUs
      return
    }
    if (nowUs - this.#sinceUs >= HALF_US) {
      this.#previous.set(this.#current)
      this.#current.fill(0)
      this.#sinceUs = nowUs
    }
    insert(this.#current, this.#worstUs)
    this.#episodeUs = nowUs
    this.#worstUs = latenessUs
  }

  /** The lateness that all episodes but the `but` worst stayed within; 0 when there were not more. */
  worstUs(but: number): number {
    let a = 0
    let b = 0
    for (let rank = 0; rank < but; rank++) {
      if ((this.#current[a] ?? 0) >= (this.#previous[b] ?? 0)) a++
      else b++
    }
    return Math.max(this.#current[a] ?? 0, this.#previous[b] ?? 0)
  }

  clear(): void {
    this.#current.fill(0)
    this.#previous.fill(0)
    this.#sinceUs = Number.NEGATIVE_INFINITY
    this.#episodeUs = Number.NEGATIVE_INFINITY
    this.#worstUs = 0
  }
}

/** Keeps `sorted` descending; the smallest falls out. */
function insert(sorted: Float64Array, value: number): void {
  let i = KEPT - 1
  if (value <= (sorted[i] ?? 0)) return
  for (; i > 0 && (sorted[i - 1] ?? 0) < value; i--) sorted[i] = sorted[i - 1] ?? 0
  sorted[i] = value
}

/** Why a parent was left for good reason. */
export type Misconduct = 'forged' | 'flood' | 'lied-depth' | 'lied-head' | 'lied-slots' | 'withheld'

/**
 * A forged frame convicts the peer that sent it, since everybody verifies before passing on. The rest may also be the
 * fault of somebody behind it and is forgiven sooner; a relay that is behind may itself be about to leave its parent.
 */
const FIRST_MS: Readonly<Record<Misconduct, number>> = {
  forged: 1_800_000,
  flood: 600_000,
  'lied-depth': 20_000,
  'lied-head': 20_000,
  'lied-slots': 60_000,
  withheld: 10_000,
}
const MAX_MS = 7_200_000
/** What nobody does by accident, or whose cost is that of asking again. */
const CERTAIN: ReadonlySet<Misconduct> = new Set(['forged', 'flood', 'lied-slots'])
/** Who is only suspected is asked again so soon where nobody else is left; later each time. */
const LAST_RESORT_MS = 2000
/** A hostile DHT offers any number of keys: the list stays small. */
const MAX_ENTRIES = 256

interface Entry {
  sinceMs: number
  untilMs: number
  times: number
  isCertain: boolean
}

/** Who is not asked again for a while. Bounded; the longest sentences stay when it is full. */
export class DistrustList {
  readonly #entries = new Map<string, Entry>()

  /** The second time counts double, and so on, up to two hours. Returns when it ends. */
  add(key: string, reason: Misconduct, nowMs: number): number {
    const former = this.#entries.get(key)
    const times = Math.min((former?.times ?? 0) + 1, 16)
    const isCertain = CERTAIN.has(reason) || former?.isCertain === true
    const untilMs = nowMs + Math.min(FIRST_MS[reason] * 2 ** (times - 1), MAX_MS)
    this.#entries.delete(key)
    if (this.#entries.size >= MAX_ENTRIES) this.#makeRoom(nowMs)
    this.#entries.set(key, { sinceMs: nowMs, untilMs, times, isCertain })
    return untilMs
  }

  /** Asked of everybody who is looked at, and most peers distrust nobody. */
  has(key: string, nowMs: number): boolean {
    if (this.#entries.size === 0) return false
    const entry = this.#entries.get(key)
    return entry !== undefined && nowMs < entry.untilMs
  }

  /** Whether there is nothing against asking it where the other choice is silence. */
  isLastResort(key: string, nowMs: number): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined || nowMs >= entry.untilMs) return true
    return !entry.isCertain && nowMs - entry.sinceMs >= LAST_RESORT_MS * 2 ** (entry.times - 1)
  }

  get size(): number {
    return this.#entries.size
  }

  /** Expired entries go first; they had been kept for their count. */
  #makeRoom(nowMs: number): void {
    let victim: string | undefined
    let soonestMs = Infinity
    for (const [key, { untilMs }] of this.#entries) {
      if (untilMs <= nowMs) this.#entries.delete(key)
      else if (untilMs < soonestMs) [victim, soonestMs] = [key, untilMs]
    }
    if (this.#entries.size >= MAX_ENTRIES && victim !== undefined) this.#entries.delete(victim)
  }
}

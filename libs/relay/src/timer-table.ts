/** Timers as data: a machine starts them, whoever has a clock asks which are due. */
export class TimerTable<Id extends string> {
  readonly #atMs = new Map<Id, number>()

  /** Starts a timer, or starts it afresh. */
  start(id: Id, ms: number, nowMs: number): void {
    this.#atMs.set(id, nowMs + ms)
  }

  stop(id: Id): void {
    this.#atMs.delete(id)
  }

  /** When the next one ends; Infinity when none runs. */
  get nextMs(): number {
    let next = Infinity
    for (const atMs of this.#atMs.values()) next = Math.min(next, atMs)
    return next
  }

  /** Removes and returns the timer that ended first, if any has. */
  take(nowMs: number): Id | undefined {
    let first: Id | undefined
    let firstMs = nowMs
    for (const [id, atMs] of this.#atMs) {
      if (atMs < firstMs || (atMs === firstMs && first === undefined)) [first, firstMs] = [id, atMs]
    }
    if (first !== undefined) this.#atMs.delete(first)
    return first
  }
}

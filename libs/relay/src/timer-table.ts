/** Timers as data: a machine starts them, whoever has a clock asks which are due. */
export class TimerTable<Id extends string> {
  readonly #running: { readonly id: Id; atMs: number }[] = []
  /** When the next one ends; Infinity when none runs. Asked for far more often than it changes. */
  nextMs: number = Infinity

  /** Starts a timer, or starts it afresh. */
  start(id: Id, ms: number, nowMs: number): void {
    const atMs = nowMs + ms
    const known = this.#running.find((timer) => timer.id === id)
    if (known === undefined) this.#running.push({ id, atMs })
    else known.atMs = atMs
    this.#look()
  }

  stop(id: Id): void {
    const at = this.#running.findIndex((timer) => timer.id === id)
    if (at === -1) return
    this.#running.splice(at, 1)
    this.#look()
  }

  /** Removes and returns the timer that ended first, if any has. */
  take(nowMs: number): Id | undefined {
    if (this.nextMs > nowMs) return undefined
    const first = this.#running.find(({ atMs }) => atMs === this.nextMs)
    if (first !== undefined) this.stop(first.id)
    return first?.id
  }

  #look(): void {
    let nextMs = Infinity
    for (const { atMs } of this.#running) if (atMs < nextMs) nextMs = atMs
    this.nextMs = nextMs
  }
}

/** Time for adapters: unix microseconds from a monotonic clock, so that a stepped system clock moves no frame. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}

/** Unix seconds for certificates and terms: of the system's clock, which may be set right while we run. */
export const nowS = (): number => Math.floor(Date.now() / 1000)

/** Carries out the timer effects of a machine: one running timer an id; all of them stopped at once at the end. */
export class Timers<Id extends string> {
  readonly #running = new Map<Id, NodeJS.Timeout>()
  readonly #fired: (id: Id) => void

  constructor(fired: (id: Id) => void) {
    this.#fired = fired
  }

  start(id: Id, ms: number): void {
    this.stop(id)
    const timer = setTimeout(() => {
      this.#running.delete(id)
      this.#fired(id)
    }, ms)
    this.#running.set(id, timer)
  }

  stop(id: Id): void {
    clearTimeout(this.#running.get(id))
    this.#running.delete(id)
  }

  stopAll(): void {
    for (const timer of this.#running.values()) clearTimeout(timer)
    this.#running.clear()
  }
}

/** Waits for the promise, but no longer than `ms`. */
export async function within(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([promise, enough]).finally(() => clearTimeout(timer))
}

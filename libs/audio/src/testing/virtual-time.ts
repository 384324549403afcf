import type { PacerTimers } from '../pacer.ts'

/** Timers that only a test moves. */
export class VirtualTime implements PacerTimers {
  #nowUs = 5_000_000
  #timers: { dueUs: number; done: () => void }[] = []
  /** called for every turn of I/O that the pacer yields to */
  onIo: () => void = () => undefined

  readonly nowUs = (): number => this.#nowUs

  after(delayMs: number, done: () => void): () => void {
    const timer = { dueUs: this.#nowUs + delayMs * 1000, done }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  afterIo(done: () => void): () => void {
    let cancelled = false
    queueMicrotask(() => {
      this.onIo()
      if (!cancelled) done()
    })
    return () => {
      cancelled = true
    }
  }

  /** Time passes; due timers fire in order, each after what the one before it set off. */
  async advance(ms: number): Promise<void> {
    const endUs = this.#nowUs + ms * 1000
    await settle()
    for (;;) {
      const next = this.#timers.filter((timer) => timer.dueUs <= endUs).sort((a, b) => a.dueUs - b.dueUs)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#nowUs = Math.max(this.#nowUs, next.dueUs)
      next.done()
      await settle()
    }
    this.#nowUs = endUs
  }

  /** The process was busy or asleep: time passed and no timer fired. */
  block(ms: number): void {
    this.#nowUs += ms * 1000
  }
}

/** Lets everything that is already decided happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

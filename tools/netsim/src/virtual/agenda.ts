/** Something that happens at a time. */
export type Job = () => void

/** Jobs of so many ms lie in slots of their own; those beyond wait in the lot of their time. A power of two. */
const SPAN_MS = 65_536

/**
 * Virtual time in whole milliseconds: what is due runs in order of time, then of asking. A timing wheel, because a
 * heap of a million jobs costs more than the jobs do.
 */
export class Agenda {
  nowMs = 0
  /** Jobs that ran. */
  events = 0
  readonly #slots = new Array<Job[] | undefined>(SPAN_MS).fill(undefined)
  readonly #later = new Map<number, { atMs: number; job: Job }[]>()

  /** At a time that is not past; a fraction of a millisecond is rounded up. */
  at(ms: number, job: Job): void {
    const atMs = Math.max(Math.ceil(ms), this.nowMs)
    const lot = Math.floor(atMs / SPAN_MS)
    if (lot === Math.floor(this.nowMs / SPAN_MS)) {
      this.#put(atMs, job)
      return
    }
    const later = this.#later.get(lot)
    if (later === undefined) this.#later.set(lot, [{ atMs, job }])
    else later.push({ atMs, job })
  }

  after(ms: number, job: Job): void {
    this.at(this.nowMs + ms, job)
  }

  /** Again and again until it returns false. */
  every(ms: number, run: () => boolean): void {
    this.after(ms, () => {
      if (run()) this.every(ms, run)
    })
  }

  /** Let so much time pass. */
  runFor(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      const slot = this.#slots[this.nowMs % SPAN_MS]
      if (slot !== undefined) {
        // Jobs may add jobs of the same millisecond.
        for (let i = 0; i < slot.length; i++) {
          this.events++
          slot[i]?.()
        }
        this.#slots[this.nowMs % SPAN_MS] = undefined
      }
      if (this.nowMs === endMs) return
      this.nowMs++
      if (this.nowMs % SPAN_MS === 0) this.#beginLot()
    }
  }

  #put(atMs: number, job: Job): void {
    const slot = this.#slots[atMs % SPAN_MS]
    if (slot === undefined) this.#slots[atMs % SPAN_MS] = [job]
    else slot.push(job)
  }

  #beginLot(): void {
    const lot = this.nowMs / SPAN_MS
    for (const { atMs, job } of this.#later.get(lot) ?? []) this.#put(atMs, job)
    this.#later.delete(lot)
  }
}

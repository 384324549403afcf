interface Job {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** Virtual time: what is due runs in order of time, then of asking. A binary heap. */
export class VirtualClock {
  nowMs = 0
  events = 0
  readonly #heap: Job[] = []
  #order = 0

  after(ms: number, run: () => void): void {
    const job: Job = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, run }
    const heap = this.#heap
    let at = heap.push(job) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || isBefore(parent, job)) break
      heap[at] = parent
      at = up
    }
    heap[at] = job
  }

  every(ms: number, run: () => boolean): void {
    this.after(ms, () => {
      if (run()) this.every(ms, run)
    })
  }

  runFor(ms: number): void {
    const endMs = this.nowMs + ms
    for (let job = this.#heap[0]; job !== undefined && job.atMs <= endMs; job = this.#heap[0]) {
      this.#pop()
      this.nowMs = job.atMs
      this.events++
      job.run()
    }
    this.nowMs = endMs
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      const [left, right] = [heap[down], heap[down + 1]]
      if (left === undefined) break
      if (right !== undefined && isBefore(right, left)) down++
      const child = heap[down]
      if (child === undefined || isBefore(last, child)) break
      heap[at] = child
      at = down
    }
    heap[at] = last
  }
}

function isBefore(a: Job, b: Job): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

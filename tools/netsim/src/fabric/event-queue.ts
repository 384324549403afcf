/** Something that happens to a packet at a time. */
interface Entry<T> {
  readonly timeMs: number
  /** Entries of one time happen in the order they were made: a run is the same each time. */
  readonly order: number
  readonly value: T
}

/** A binary heap of what is still to come. */
export class EventQueue<T> {
  readonly #heap: Entry<T>[] = []
  #order = 0

  get size(): number {
    return this.#heap.length
  }

  /** The time of the next entry. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.timeMs
  }

  push(timeMs: number, value: T): void {
    const heap = this.#heap
    const entry: Entry<T> = { timeMs, order: this.#order++, value }
    let at = heap.length
    while (at > 0) {
      const parentAt = (at - 1) >>> 1
      const parent = heap[parentAt]
      if (parent === undefined || isBefore(parent, entry)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = entry
  }

  /** The next entry if it is due; undefined otherwise. */
  pop(untilMs: number): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.timeMs > untilMs) return undefined
    const last = heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first.value
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const leftAt = 2 * at + 1
      const left = heap[leftAt]
      if (left === undefined) break
      const right = heap[leftAt + 1]
      const useRight = right !== undefined && isBefore(right, left)
      const child = useRight ? right : left
      if (isBefore(entry, child)) break
      heap[at] = child
      at = useRight ? leftAt + 1 : leftAt
    }
    heap[at] = entry
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)
}

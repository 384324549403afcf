/** What arrived in a window, all listeners together. */
export interface Arrived {
  received: number
  /** What they would have received without loss. */
  expected: number
  /** Listeners that received nothing. */
  silent: number
}

/** A listener whose first and last packet lie this much closer together than those of others was cut off. */
const SPAN_SLACK = 25
const HEARD_MS = 30_000

/**
 * Counts what each listener receives between `begin` and `end`, by sequence number. A listener's own first and last packet
 * bound what it should have got, so that packets under way at either end count neither way; one that fell silent is held
 * against the others. Copies and late packets count once and in order: a stream that goes backwards was repeated.
 */
export class Arrivals {
  #first: number[] = []
  #last: number[] = []
  #count: number[] = []
  #heard = 0
  #wanted = 0
  #enough: (() => void) | undefined

  /** The index of one more listener. */
  add(): number {
    this.#first.push(-1)
    this.#last.push(-1)
    this.#count.push(0)
    return this.#count.length - 1
  }

  get size(): number {
    return this.#count.length
  }

  /** Hot. */
  take(index: number, seq: number): void {
    const last = this.#last[index] ?? -1
    if (seq <= last) return
    if (last < 0) this.#heardFirst(index, seq)
    this.#last[index] = seq
    this.#count[index] = (this.#count[index] ?? 0) + 1
  }

  /** Resolves when so many have received something since the last `begin`; rejects when that takes too long. */
  async heardBy(count: number, withinMs: number = HEARD_MS): Promise<void> {
    this.#wanted = count
    if (this.#heard >= count) return
    await new Promise<void>((resolve, reject) => {
      const tooLate = (): void =>
        reject(new Error(`${this.#heard} of ${count} hear something after ${withinMs} ms`))
      const timer = setTimeout(tooLate, withinMs)
      this.#enough = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  begin(): void {
    this.#first.fill(-1)
    this.#last.fill(-1)
    this.#count.fill(0)
    this.#heard = 0
  }

  end(): Arrived {
    const spans = this.#count.map((count, i) =>
      count === 0 ? 0 : (this.#last[i] ?? 0) - (this.#first[i] ?? 0) + 1,
    )
    const longest = spans.reduce((most, span) => Math.max(most, span), 0)
    const arrived: Arrived = { received: 0, expected: 0, silent: 0 }
    for (const [i, span] of spans.entries()) {
      const count = this.#count[i] ?? 0
      arrived.received += count
      arrived.expected += span < longest - SPAN_SLACK ? longest : span
      if (count === 0) arrived.silent++
    }
    return arrived
  }

  #heardFirst(index: number, seq: number): void {
    this.#first[index] = seq
    this.#heard++
    if (this.#heard >= this.#wanted) this.#enough?.()
  }
}

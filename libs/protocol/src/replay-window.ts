import { LIMITS } from './limits.ts'

const WORDS = LIMITS.replayWindow / 32 + 1

/**
 * Which of the last 1024 counters have been seen, as a ring of 32-bit words (RFC 6479): moving the window on
 * clears whole words, nothing is shifted. One word more than the window holds keeps its oldest bits intact.
 */
export class ReplayWindow {
  readonly #words = new Uint32Array(WORDS)
  #highest = -1

  /** True for a counter that is neither marked nor older than the window. */
  accepts(counter: number): boolean {
    if (counter > this.#highest) return true
    if (this.isTooOld(counter)) return false
    return ((this.#words[wordOf(counter)] ?? 0) & bitOf(counter)) === 0
  }

  isTooOld(counter: number): boolean {
    return counter <= this.#highest - LIMITS.replayWindow
  }

  /** Only for counters that were accepted, and only after the datagram proved genuine. */
  mark(counter: number): void {
    if (counter > this.#highest) {
      const last = Math.floor(counter / 32)
      const first = Math.max(Math.floor(this.#highest / 32) + 1, last - WORDS + 1)
      for (let block = first; block <= last; block++) this.#words[block % WORDS] = 0
      this.#highest = counter
    }
    const word = wordOf(counter)
    this.#words[word] = (this.#words[word] ?? 0) | bitOf(counter)
  }
}

function wordOf(counter: number): number {
  return Math.floor(counter / 32) % WORDS
}

function bitOf(counter: number): number {
  return 1 << (counter % 32)
}

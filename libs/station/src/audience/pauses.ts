/** At first and at last; each time a child has to wait twice as long. */
const FIRST_MS = 15_000
const LONGEST_MS = 60_000

/** How long a child whose line could not take the audio gets none. */
export class Pauses {
  #nextMs = FIRST_MS
  #untilUs = 0

  begin(nowUs: number): void {
    this.#untilUs = nowUs + this.#nextMs * 1000
    this.#nextMs = Math.min(2 * this.#nextMs, LONGEST_MS)
  }

  /** 0 when it may come back. */
  leftMs(nowUs: number): number {
    return Math.max(0, Math.ceil((this.#untilUs - nowUs) / 1000))
  }
}

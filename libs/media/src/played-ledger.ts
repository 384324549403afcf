const WINDOW = 4096

/**
 * Remembers what was handed to the decoder, knowing nothing of the jitter buffer, and so can convict it of
 * playing a frame twice. Repetitions are seen over the last 4096 sequence numbers (82 s at 20 ms).
 */
export class PlayedLedger {
  readonly #seqs: Float64Array = new Float64Array(WINDOW).fill(-1)
  #duplicates = 0

  get duplicates(): number {
    return this.#duplicates
  }

  record(seq: number): void {
    const slot = seq % WINDOW
    if (this.#seqs[slot] === seq) this.#duplicates++
    else this.#seqs[slot] = seq
  }

  /** A new session counts its sequence numbers anew; the duplicates counted so far stay. */
  startSession(): void {
    this.#seqs.fill(-1)
  }
}

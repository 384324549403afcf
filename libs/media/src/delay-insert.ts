import { OPUS_UNIT_SAMPLES, SAMPLES_PER_MS, usToSamples } from './time.ts'

/** A raised target is reached by pieces of concealment of this length, this far apart. */
const PIECE_SAMPLES = 60 * SAMPLES_PER_MS
const EVERY_SAMPLES = 200 * SAMPLES_PER_MS

/** Delay that is still to be added: by concealment in short pieces with sound between them, never by silence. */
export class DelayInsert {
  #samples = 0
  /** Media time of the next piece. */
  #fromTs = Number.NEGATIVE_INFINITY

  /** At least so much is to be added from now on; what is under way already counts. */
  want(missingUs: number): void {
    const samples = Math.ceil(usToSamples(missingUs) / OPUS_UNIT_SAMPLES) * OPUS_UNIT_SAMPLES
    this.#samples = Math.max(this.#samples, samples)
  }

  isDue(nextTs: number): boolean {
    return this.#samples > 0 && nextTs >= this.#fromTs
  }

  /** The piece that is due. */
  take(nextTs: number): number {
    const samples = Math.min(this.#samples, PIECE_SAMPLES)
    this.#samples -= samples
    this.#fromTs = nextTs + EVERY_SAMPLES
    return samples
  }

  get isDone(): boolean {
    return this.#samples === 0
  }

  clear(): void {
    this.#samples = 0
    this.#fromTs = Number.NEGATIVE_INFINITY
  }
}

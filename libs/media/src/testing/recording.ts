import type { PlayedSlot } from '../playout-types.ts'
import type { Bench } from './bench.ts'
import { toneAt } from './frames.ts'

/** Keeps everything the sink of a bench pulled (first channel). */
export class Recording {
  #pcm = new Float32Array(48_000)
  #length = 0

  constructor(bench: Bench) {
    bench.onBlock = (block) => {
      const count = block.length / bench.channels
      if (this.#length + count > this.#pcm.length) {
        const larger = new Float32Array(2 * this.#pcm.length + count)
        larger.set(this.#pcm)
        this.#pcm = larger
      }
      for (let i = 0; i < count; i++) this.#pcm[this.#length++] = block[i * bench.channels] ?? 0
    }
  }

  get length(): number {
    return this.#length
  }

  at(i: number): number {
    return this.#pcm[i] ?? 0
  }

  /** Index of the first sample that is not silence. */
  get start(): number {
    for (let i = 0; i < this.#length; i++) if (this.at(i) !== 0) return i
    return this.#length
  }

  /** The largest step between neighbouring samples from `from` on. */
  largestStep(from: number, to: number = this.#length): number {
    let largest = 0
    for (let i = Math.max(from, 1); i < to; i++)
      largest = Math.max(largest, Math.abs(this.at(i) - this.at(i - 1)))
    return largest
  }

  /**
   * Compares the sound with what the slots say stands in it, sample by sample and bit for bit. Returns the
   * first difference in words, undefined when there is none. For playback without resampling.
   */
  difference(slots: readonly PlayedSlot[]): string | undefined {
    let at = this.start
    let afterSilence = false
    for (const slot of slots) {
      if (slot.kind === 'frame') {
        // After silence 5 ms fade in.
        for (let i = afterSilence ? 240 : 0; i < slot.samples && at + i < this.#length; i++) {
          const wanted = toneAt(slot.frame.ts48k + i)
          if (this.at(at + i) !== wanted) {
            return `sample ${at + i}, frame ${slot.frame.seq} + ${i}: ${this.at(at + i)}, not ${wanted}`
          }
        }
      }
      at += slot.samples
      afterSilence = slot.kind !== 'frame' && this.at(at - 1) === 0
    }
    return undefined
  }
}

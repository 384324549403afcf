/** Samples kept before the read position: what the resampler's window reaches back to. */
export const HISTORY_SAMPLES = 12

/** Decoded sound on its way to the sink: interleaved, contiguous, grown only by a pull larger than any before. */
export class PcmQueue {
  readonly channels: number
  #data: Float32Array
  #read = HISTORY_SAMPLES
  #write = HISTORY_SAMPLES

  constructor(channels: number) {
    this.channels = channels
    this.#data = new Float32Array(16_384 * channels)
  }

  /** The storage, for the resampler; index it by `(position + i) * channels + channel`. */
  get data(): Float32Array {
    return this.#data
  }

  /** Position of the next unread sample in `data`. */
  get position(): number {
    return this.#read
  }

  /** Unread samples a channel. */
  get available(): number {
    return this.#write - this.#read
  }

  advance(samples: number): void {
    this.#read += samples
  }

  /** Appends `samples` a channel; what `pcm` lacks is silence. */
  write(pcm: Float32Array, samples: number): void {
    this.#reserve(samples)
    const from = this.#write * this.channels
    const wanted = samples * this.channels
    if (pcm.length === wanted) {
      this.#data.set(pcm, from)
    } else {
      const have = Math.min(pcm.length, wanted)
      for (let i = 0; i < have; i++) this.#data[from + i] = pcm[i] ?? 0
      this.#data.fill(0, from + have, from + wanted)
    }
    this.#write += samples
  }

  writeSilence(samples: number): void {
    this.#reserve(samples)
    this.#data.fill(0, this.#write * this.channels, (this.#write + samples) * this.channels)
    this.#write += samples
  }

  /** Of the newest `back` samples, scales the first `samples` by a line from `gainFrom` to `gainTo`. */
  fade(back: number, samples: number, gainFrom: number, gainTo: number): void {
    const start = this.#write - back
    for (let i = 0; i < samples; i++) {
      const gain = gainFrom + ((gainTo - gainFrom) * i) / samples
      for (let c = 0; c < this.channels; c++) {
        const at = (start + i) * this.channels + c
        this.#data[at] = (this.#data[at] ?? 0) * gain
      }
    }
  }

  clear(): void {
    this.#data.fill(0)
    this.#read = HISTORY_SAMPLES
    this.#write = HISTORY_SAMPLES
  }

  #reserve(samples: number): void {
    const capacity = this.#data.length / this.channels
    if (this.#write + samples <= capacity) return
    const keepFrom = this.#read - HISTORY_SAMPLES
    const kept = this.#write - keepFrom
    if (kept + samples > capacity / 2) {
      const larger = new Float32Array(4 * (kept + samples) * this.channels)
      larger.set(this.#data.subarray(keepFrom * this.channels, this.#write * this.channels))
      this.#data = larger
    } else {
      this.#data.copyWithin(0, keepFrom * this.channels, this.#write * this.channels)
    }
    this.#read = HISTORY_SAMPLES
    this.#write = kept
  }
}

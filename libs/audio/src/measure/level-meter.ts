import type { Channels } from '../format.ts'
import { OpusDecoder } from '../opus/decoder.ts'
import type { SourceItem } from '../source/source.ts'

/** dBFS of each channel since the last look; a full-scale square wave has 0, silence `SILENCE_DB`. */
export interface Levels {
  peakDb: number[]
  /** of the samples' root mean square */
  rmsDb: number[]
}

/** The bottom of the scale: below the noise of 16 bits, and a number where minus infinity would be none in JSON. */
export const SILENCE_DB = -100

/** How loud a source is. Packets that pass through are decoded for it, at 0.2 % of a core. */
export class LevelMeter {
  readonly #channels: Channels
  #decoder: OpusDecoder | undefined
  readonly #peaks: Float64Array
  readonly #squares: Float64Array
  #samples = 0

  constructor(channels: Channels) {
    this.#channels = channels
    this.#peaks = new Float64Array(channels)
    this.#squares = new Float64Array(channels)
  }

  add(item: SourceItem): void {
    if (item.kind === 'pcm') return this.#measure(item.pcm)
    this.#decoder ??= new OpusDecoder({ channels: this.#channels })
    this.#measure(this.#decoder.decode(item.packet))
  }

  /** Since the last call; null when nothing was added. */
  take(): Levels | null {
    if (this.#samples === 0) return null
    const levels = {
      peakDb: Array.from(this.#peaks, toDb),
      rmsDb: Array.from(this.#squares, (sum) => toDb(Math.sqrt(sum / this.#samples))),
    }
    this.#peaks.fill(0)
    this.#squares.fill(0)
    this.#samples = 0
    return levels
  }

  #measure(pcm: Float32Array): void {
    const channels = this.#channels
    for (let channel = 0; channel < channels; channel++) {
      let peak = this.#peaks[channel] ?? 0
      let squares = 0
      for (let i = channel; i < pcm.length; i += channels) {
        const sample = pcm[i] ?? 0
        squares += sample * sample
        if (sample > peak) peak = sample
        else if (-sample > peak) peak = -sample
      }
      this.#peaks[channel] = peak
      this.#squares[channel] = (this.#squares[channel] ?? 0) + squares
    }
    this.#samples += pcm.length / channels
  }
}

/** To a tenth of a decibel. */
function toDb(amplitude: number): number {
  return amplitude <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, Math.round(200 * Math.log10(amplitude)) / 10)
}

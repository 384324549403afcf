import type { Levels } from '../schema/message.ts'

const FLOOR_DB = -100
/** Below this, for so long, something is not plugged in. */
const SILENT_DB = -55
const CLIP_SHOWN_BLOCKS = 100
const BLOCK_MS = 20

/** Level, clipping and silence of what goes on air, block by block of 20 ms. */
export class Meter {
  #peak = 0
  #squares = 0
  #samples = 0
  #sinceClip = CLIP_SHOWN_BLOCKS
  #silentBlocks = 0

  add(pcm: Float32Array): void {
    let peak = 0
    let squares = 0
    for (const sample of pcm) {
      const level = Math.abs(sample)
      if (level > peak) peak = level
      squares += sample * sample
    }
    this.#peak = Math.max(this.#peak, peak)
    this.#squares += squares
    this.#samples += pcm.length
    this.#sinceClip = peak > 1 ? 0 : this.#sinceClip + 1
    this.#silentBlocks = toDb(peak) < SILENT_DB ? this.#silentBlocks + 1 : 0
  }

  /** Since the last call. */
  take(): Levels {
    const rms = this.#samples === 0 ? 0 : Math.sqrt(this.#squares / this.#samples)
    const levels = {
      peakDb: toDb(this.#peak),
      rmsDb: toDb(rms),
      clipping: this.#sinceClip < CLIP_SHOWN_BLOCKS,
      silentMs: this.#silentBlocks * BLOCK_MS,
    }
    this.#peak = 0
    this.#squares = 0
    this.#samples = 0
    return levels
  }
}

function toDb(level: number): number {
  return level <= 0 ? FLOOR_DB : Math.max(FLOOR_DB, Math.round(200 * Math.log10(level)) / 10)
}

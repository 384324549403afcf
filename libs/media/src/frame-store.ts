import type { Frame, Path } from '@pearcast/protocol'
import { samplesToUs } from './time.ts'

/** A power of two: 20 s of 20 ms frames, 2.5 s of 2.5 ms frames. The newest frame wins a slot. */
const SIZE = 1024

/** Frames that wait for their turn, by sequence number, with when and how they came. No allocation per frame. */
export class FrameStore {
  readonly #frames: (Frame | undefined)[] = new Array<Frame | undefined>(SIZE).fill(undefined)
  readonly #paths: Path[] = new Array<Path>(SIZE).fill('swarm')
  readonly #arrivalUs: Float64Array = new Float64Array(SIZE)
  readonly #samples: Uint16Array = new Uint16Array(SIZE)
  readonly #seen: Float64Array = new Float64Array(SIZE).fill(-1)
  #newest = -1

  /** The highest sequence number stored or seen, -1 before the first. */
  get newest(): number {
    return this.#newest
  }

  /** Whether a copy of this frame was stored or refused before. */
  wasSeen(seq: number): boolean {
    return this.#seen[seq % SIZE] === seq
  }

  /** Marks a refused frame, so that its second copy counts as a copy. */
  markSeen(seq: number): void {
    this.#seen[seq % SIZE] = seq
    if (seq > this.#newest) this.#newest = seq
  }

  /** False when it is older than the window. */
  put(frame: Frame, samples: number, path: Path, nowUs: number): boolean {
    const { seq } = frame
    if (seq <= this.#newest - SIZE) return false
    const slot = seq % SIZE
    this.#frames[slot] = frame
    this.#paths[slot] = path
    this.#arrivalUs[slot] = nowUs
    this.#samples[slot] = samples
    this.markSeen(seq)
    return true
  }

  get(seq: number): Frame | undefined {
    const frame = this.#frames[seq % SIZE]
    return frame?.seq === seq ? frame : undefined
  }

  path(seq: number): Path {
    return this.#paths[seq % SIZE] ?? 'swarm'
  }

  samples(seq: number): number {
    return this.#samples[seq % SIZE] ?? 0
  }

  release(seq: number): void {
    if (this.#frames[seq % SIZE]?.seq === seq) this.#frames[seq % SIZE] = undefined
  }

  releaseBefore(seq: number): void {
    for (let s = this.#from(0); s < seq && s <= this.#newest; s++) this.release(s)
  }

  /** The first stored frame at or after `seq` whose media time is at or after `ts48k`. */
  first(seq: number, ts48k: number = Number.NEGATIVE_INFINITY): Frame | undefined {
    for (let s = this.#from(seq); s <= this.#newest; s++) {
      const frame = this.get(s)
      if (frame !== undefined && frame.ts48k >= ts48k) return frame
    }
    return undefined
  }

  /** The last stored frame at or after `seq` whose media time lies in [fromTs, toTs). */
  lastWithin(seq: number, fromTs: number, toTs: number): Frame | undefined {
    const oldest = this.#from(seq)
    for (let s = this.#newest; s >= oldest; s--) {
      const frame = this.get(s)
      if (frame !== undefined && frame.ts48k >= fromTs && frame.ts48k < toTs) return frame
    }
    return undefined
  }

  /**
   * The smallest (arrival - media time) in us of the stored frames from `seq` on that came no later than
   * `untilUs` and no earlier than `sinceUs`: when the fastest of them would have come had it carried media time 0. Infinity
   * without any.
   */
  fastestUs(
    seq: number,
    untilUs: number = Number.POSITIVE_INFINITY,
    sinceUs: number = Number.NEGATIVE_INFINITY,
  ): number {
    let fastest = Number.POSITIVE_INFINITY
    for (let s = this.#from(seq); s <= this.#newest; s++) {
      const frame = this.get(s)
      const arrivalUs = this.#arrivalUs[s % SIZE] ?? 0
      if (frame === undefined || arrivalUs > untilUs || arrivalUs < sinceUs) continue
      fastest = Math.min(fastest, arrivalUs - samplesToUs(frame.ts48k))
    }
    return fastest
  }

  clear(): void {
    this.#frames.fill(undefined)
    this.#seen.fill(-1)
    this.#newest = -1
  }

  #from(seq: number): number {
    return Math.max(seq, this.#newest - SIZE + 1, 0)
  }
}

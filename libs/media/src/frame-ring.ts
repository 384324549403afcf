import type { Frame } from '@pearcast/protocol'

/** A power of two: 256 frames of 20 ms are 5 s, longer than any repair or warm parent needs. */
export const FRAME_RING_SIZE = 256

/**
 * The newest frames by sequence number, for repair by NACK and for a child that joins. Fixed memory, no
 * allocation: a frame takes the slot `seq mod 256`, and only a newer frame evicts the one that is there.
 */
export class FrameRing {
  readonly #slots: (Frame | undefined)[] = new Array<Frame | undefined>(FRAME_RING_SIZE).fill(undefined)
  #head = -1

  /** The highest sequence number put so far, -1 before the first. */
  get head(): number {
    return this.#head
  }

  /** Returns false when the frame is already here or too old to keep. */
  put(frame: Frame): boolean {
    const { seq } = frame
    if (seq <= this.#head - FRAME_RING_SIZE) return false
    const slot = seq % FRAME_RING_SIZE
    const resident = this.#slots[slot]
    if (resident !== undefined && resident.seq >= seq) return false
    this.#slots[slot] = frame
    if (seq > this.#head) this.#head = seq
    return true
  }

  get(seq: number): Frame | undefined {
    const resident = this.#slots[seq % FRAME_RING_SIZE]
    return resident?.seq === seq && seq > this.#head - FRAME_RING_SIZE ? resident : undefined
  }

  /** Cheaper than verifying a signature: ask before verifying a redundant copy. */
  has(seq: number): boolean {
    return this.get(seq) !== undefined
  }

  /** A new session starts its own sequence numbers. */
  clear(): void {
    this.#slots.fill(undefined)
    this.#head = -1
  }
}

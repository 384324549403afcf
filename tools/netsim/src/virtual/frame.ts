import type { RelayFrame, RelayRing } from '@pearcast/relay'

export type VirtualFrame = RelayFrame

/** 96 kbit/s, header, signature and seal. */
const BODY = { length: 329 }

export function virtualFrame(seq: number, hops: number): VirtualFrame {
  return { seq, hops, body: BODY }
}

/** The newest frames, as `FrameRing` of libs/media keeps them. */
export class VirtualRing implements RelayRing<VirtualFrame> {
  readonly #slots: (VirtualFrame | undefined)[]
  head = -1

  constructor(frames: number) {
    this.#slots = new Array<VirtualFrame | undefined>(frames).fill(undefined)
  }

  get(seq: number): VirtualFrame | undefined {
    const resident = this.#slots[seq % this.#slots.length]
    return resident?.seq === seq && seq > this.head - this.#slots.length ? resident : undefined
  }

  put(frame: VirtualFrame): boolean {
    if (frame.seq <= this.head - this.#slots.length) return false
    this.#slots[frame.seq % this.#slots.length] = frame
    this.head = Math.max(this.head, frame.seq)
    return true
  }

  clear(): void {
    this.#slots.fill(undefined)
    this.head = -1
  }
}

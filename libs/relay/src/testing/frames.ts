import type { RelayFrame, RelayRing } from '../forward/ports.ts'

/** A frame whose signature is a number: 1 is the station's. */
export interface TestFrame extends RelayFrame {
  readonly signature: number
  /** Of the station: it decides with which key the signature verifies. */
  readonly run: number
}

const BODY = { length: 329 }

export function testFrame(seq: number, hops = 0, signature = 1, run = 0): TestFrame {
  return { seq, hops, signature, run, body: BODY }
}

/** What `FrameRing` of libs/media does. */
export class TestRing implements RelayRing<TestFrame> {
  readonly #slots: (TestFrame | undefined)[] = new Array<TestFrame | undefined>(256).fill(undefined)
  head = -1

  get(seq: number): TestFrame | undefined {
    const resident = this.#slots[seq % 256]
    return resident?.seq === seq && seq > this.head - 256 ? resident : undefined
  }

  put(frame: TestFrame): boolean {
    const { seq } = frame
    if (seq <= this.head - 256) return false
    this.#slots[seq % 256] = frame
    this.head = Math.max(this.head, seq)
    return true
  }

  clear(): void {
    this.#slots.fill(undefined)
    this.head = -1
  }
}

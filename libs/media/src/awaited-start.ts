import type { Frame } from '@pearcast/protocol'
import type { FrameStore } from './frame-store.ts'
import { samplesToUs } from './time.ts'

/** An expected first frame that is missing is waited for so long: a repair at a round trip of 100 ms. */
const WAIT_US = 150_000

/** Where a listener was there before the source began: playback begins with the source's first frame, not at the live edge. */
export class AwaitedStart {
  #seq: number | undefined

  expect(seq: number): void {
    this.#seq = seq
  }

  clear(): void {
    this.#seq = undefined
  }

  /**
   * What to begin with, `edge` being the frame at the live edge; undefined while the expected one may still come, be it by
   * repair. One that is too old for any delay is given up.
   */
  choose(edge: Frame, store: FrameStore, maxDelayUs: number): Frame | undefined {
    const oldest = this.#seq === undefined ? undefined : store.first(this.#seq)
    if (oldest === undefined) return edge
    const behindUs = samplesToUs(edge.ts48k - oldest.ts48k)
    if (oldest.seq === this.#seq) return behindUs <= maxDelayUs ? oldest : edge
    return behindUs < WAIT_US ? undefined : edge
  }
}

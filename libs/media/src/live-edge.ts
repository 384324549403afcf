import type { Frame } from '@pearcast/protocol'
import type { FrameStore } from './frame-store.ts'
import { SAMPLES_PER_MS, usToSamples } from './time.ts'

/** A burst (the ring a parent sends at a join) has ended when arrivals stop getting fresher. */
const SETTLE_US = 15_000
const SETTLE_STEP_US = 5_000
const SETTLE_MAX_US = 250_000
/** A way that has just become so much longer is rare; frames of before an outage, repaired first, are not. */
const STALE_US = 60_000
/** After that only the latest arrivals count: one frame that was faster than all others must not be waited for. */
const RECENT_US = 500_000
/** Start this much early rather than a whole pull late, at most a quarter of a pull. */
const START_EARLY_SAMPLES = 5 * SAMPLES_PER_MS

/** Finds where to start: the target delay behind the freshest frame, however old the others are. */
export class LiveEdge {
  readonly #store: FrameStore
  #gatheringSinceUs = Number.NaN

  constructor(store: FrameStore) {
    this.#store = store
  }

  /** Forgets since when frames have been gathering. */
  restart(): void {
    this.#gatheringSinceUs = Number.NaN
  }

  /**
   * The frame to start with, of those from `fromSeq` on, when the next sample produced is played at `outputUs`;
   * undefined while it is too early. `usualUs`: how late the fastest arrivals were before; NaN if that says nothing. Frames start at the beginning of a pull, so that a frame as long as a pull
   * never straddles two and none is needed earlier than the delay says.
   */
  find(
    fromSeq: number,
    nowUs: number,
    outputUs: number,
    targetUs: number,
    pullSamples: number,
    usualUs: number,
  ): Frame | undefined {
    const fastestUs = this.#store.fastestUs(fromSeq)
    if (!Number.isFinite(fastestUs)) return undefined
    if (Number.isNaN(this.#gatheringSinceUs)) this.#gatheringSinceUs = nowUs
    const settledUs = this.#store.fastestUs(fromSeq, nowUs - SETTLE_US)
    const isStale = fastestUs - usualUs > STALE_US
    const settled = settledUs - fastestUs <= SETTLE_STEP_US && !isStale
    const isPatient = nowUs - this.#gatheringSinceUs < SETTLE_MAX_US
    if (!settled && isPatient) return undefined
    const recentUs = isPatient ? fastestUs : this.#store.fastestUs(fromSeq, nowUs, nowUs - RECENT_US)
    const edgeUs = Number.isFinite(recentUs) ? recentUs : fastestUs
    const position = usToSamples(outputUs - edgeUs - targetUs)
    const latest = position + Math.min(pullSamples / 4, START_EARLY_SAMPLES)
    return this.#store.lastWithin(fromSeq, latest - pullSamples, latest)
  }
}

import type { ChildLane } from './child-lane.ts'
import type { RelayFrame, RelayRing } from './ports.ts'

/** Repeats cost uplink: a child gets at most so many a second, whatever it asks for. */
const REPEATS_PER_S = 100

/** Answers NACKs from the ring, within a limit for each child and within its budget. */
export class RepairServer<F extends RelayFrame> {
  readonly #ring: RelayRing<F>
  readonly #asked = new Map<string, { sinceMs: number; repeats: number }>()

  constructor(ring: RelayRing<F>) {
    this.#ring = ring
  }

  /** Returns how many were sent again. Frames that we never had are not looked for. */
  onNack(lane: ChildLane<F>, seqs: readonly number[], nowMs: number): number {
    const asked = this.#asked.get(lane.child) ?? { sinceMs: nowMs, repeats: 0 }
    this.#asked.set(lane.child, asked)
    if (nowMs - asked.sinceMs >= 1000) {
      asked.sinceMs = nowMs
      asked.repeats = 0
    }
    let sent = 0
    for (const seq of seqs) {
      const frame = this.#ring.get(seq)
      if (frame === undefined || asked.repeats >= REPEATS_PER_S) continue
      asked.repeats++
      if (lane.repeat(frame, nowMs)) sent++
    }
    return sent
  }

  forget(child: string): void {
    this.#asked.delete(child)
  }
}

/** What a child tells of its reception, see the report of `libs/protocol`. */
export interface Reception {
  /** 0..1 */
  readonly loss: number
  /** How much later than at its best the median frame comes. */
  readonly delayMs: number
}

const LOSS_FROM = 0.02
const LOSS_UNTIL = 0.005
const FLAT_MS = 20
const RISING_MS = 60

/**
 * Whether each frame goes to a child twice. Only where the loss is not one of a full queue: more traffic into a queue that
 * grows costs everybody behind it. `now` is whether it does already; in between nothing changes.
 */
export function wantsRedundancy({ delayMs, loss }: Reception, now: boolean): boolean {
  if (delayMs >= RISING_MS || loss <= LOSS_UNTIL) return false
  return now || (loss >= LOSS_FROM && delayMs <= FLAT_MS)
}

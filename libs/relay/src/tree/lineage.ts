import { LIMITS } from '@pearcast/protocol'

/**
 * Where this peer stands in the tree: the newest frame that came by its primary parent, and over how many hops. The
 * pair keeps the tree free of loops, as sequence numbers of the destination do in DSDV: of two peers the one nearer to
 * the source has the newer frame, or the same frame over fewer hops, and a peer takes as its parent only who is nearer.
 * The pair never goes back, so old news of it is too modest and never wrong. Frames alone count: those of a parent that
 * is not the primary advance nothing until it is promoted.
 */
export class Lineage {
  #run = 0
  #seq = -1
  #hops: number = LIMITS.maxHops + 1

  /** Orders the runs of the station as this peer met them; counts from 0. */
  get run(): number {
    return this.#run
  }

  /** The newest frame, -1 before the first. What a hop heartbeat tells. */
  get headSeq(): number {
    return this.#seq
  }

  /** Hops from the broadcaster, who is 0. 17 before the first frame. */
  get depth(): number {
    return this.#hops
  }

  /** False for a frame that the sender itself may have through us. `hops` is what the frame came with. */
  isNearer(run: number, seq: number, hops: number): boolean {
    if (run !== this.#run) return run > this.#run
    return seq > this.#seq || (seq === this.#seq && hops < this.#hops)
  }

  /** A verified frame came from the primary parent, or from one that {@link isNearer} lets become it. Hot. */
  advance(run: number, seq: number, hops: number): void {
    if (run < this.#run || (run === this.#run && seq <= this.#seq)) return
    this.#run = run
    this.#seq = seq
    this.#hops = hops + 1
  }

  /** Another parent from now on: its frame may be the same one over fewer hops. Call {@link isNearer} first. */
  moveTo(run: number, seq: number, hops: number): void {
    this.#run = run
    this.#seq = seq
    this.#hops = hops + 1
  }

  /** The broadcaster itself. */
  originate(run: number, seq: number): void {
    this.#run = run
    this.#seq = seq
    this.#hops = 0
  }
}

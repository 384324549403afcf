export const FRAME_MS = 20

/** The broadcaster's clock of frames: one each 20 ms but in stalls, numbered from 0. */
export class Source {
  /** Stretches without a stall, each with the number of its first frame. */
  readonly #runs: { fromMs: number; untilMs: number; seq: number }[] = []

  constructor(startMs: number) {
    this.#runs.push({ fromMs: startMs, untilMs: Infinity, seq: 0 })
  }

  get stalled(): boolean {
    return (this.#runs.at(-1)?.untilMs ?? 0) < Infinity
  }

  /** Whether this frame and all after it are sent one after the other, as long as nothing stalls. */
  isSteadyFrom(seq: number): boolean {
    return !this.stalled && seq >= (this.#runs.at(-1)?.seq ?? 0)
  }

  stall(nowMs: number): void {
    const run = this.#runs.at(-1)
    if (run !== undefined && !this.stalled) run.untilMs = nowMs
  }

  resume(nowMs: number): void {
    if (this.stalled) this.#runs.push({ fromMs: nowMs, untilMs: Infinity, seq: this.seqAt(nowMs) + 1 })
  }

  /** The newest frame that was sent by then, -1 before the first. */
  seqAt(ms: number): number {
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const run = this.#runs[i]
      if (run === undefined || ms < run.fromMs) continue
      // A frame of the very moment of the stall is not sent any more.
      const untilMs = Math.min(ms, run.untilMs - 1)
      return untilMs < run.fromMs ? run.seq - 1 : run.seq + Math.floor((untilMs - run.fromMs) / FRAME_MS)
    }
    return -1
  }

  /** When a frame was sent, or will be if nothing stalls: Infinity when it waits for the end of a stall. */
  sentMs(seq: number): number {
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const run = this.#runs[i]
      if (run === undefined || seq < run.seq) continue
      const ms = run.fromMs + (seq - run.seq) * FRAME_MS
      return ms < run.untilMs ? ms : Infinity
    }
    return 0
  }
}

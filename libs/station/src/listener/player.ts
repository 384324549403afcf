import {
  Playout,
  type ClockOffset,
  type Decoder,
  type Gap,
  type PlayedSlot,
  type PlayoutStats,
  type RepairRequester,
} from '@pearcast/media'
import type { Frame, Path, SourceHeartbeat } from '@pearcast/protocol'

/** How long after its deadline a lost frame is still asked for. */
const REPAIR_MARGIN_MS = 200

export interface PlayerOptions {
  /** The station's, as far as it is known. */
  clock: ClockOffset
  /** What is asked for again: where frames are lost again and again, playout waits for it. */
  repair: RepairRequester
  decoder: Decoder
  channels: 1 | 2
  /** Smallest delay of the jitter buffer, ms; its own default when left out. */
  bufferMs?: number | undefined
  nowUs: () => number
  onPlayed: (slot: PlayedSlot) => void
  onGap: (gap: Gap) => void
}

/** From verified frames to sound: put in order, wait, conceal, play. */
export class Player {
  readonly #options: PlayerOptions
  readonly #playout: Playout

  constructor(options: PlayerOptions) {
    this.#options = options
    const { bufferMs, channels, clock, decoder, onGap, onPlayed } = options
    this.#playout = new Playout({
      channels,
      clock,
      decoder,
      ...(bufferMs !== undefined && { minDelayMs: bufferMs }),
      onGap,
      onPlayed,
    })
  }

  /** Forgets what was buffered of the former run. */
  reset(): void {
    this.#playout.newSession()
  }

  /** The parent has sent nothing after `headSeq`; 0: nothing of this run at all, so all of it can be heard. */
  startAfter(headSeq: number): void {
    if (headSeq === 0) this.#playout.expectStart(1)
  }

  /** Hot. */
  push(frame: Frame, path: Path, now: number): void {
    this.#playout.push(frame, path, now)
  }

  heartbeat(heartbeat: SourceHeartbeat, now: number): void {
    this.#playout.heartbeat(heartbeat, now)
  }

  /** Frames were asked for again: playout may have to wait for them. */
  awaitRepair(): void {
    const { nowUs, repair } = this.#options
    const now = nowUs()
    this.#playout.awaitRepair(repair.delayUs(now, this.#playout.maxTargetUs), now)
  }

  /** A few times a second: what was played needs no repair, and what comes too late for now still teaches the delay. */
  tuneRepair(): void {
    const { clock, repair } = this.#options
    const { lastSeq, targetMs } = this.#playout
    if (clock.known) repair.rttUs = clock.rttUs
    repair.frameUs = this.#playout.frameUs
    repair.giveUpUs = (targetMs + REPAIR_MARGIN_MS) * 1000
    if (lastSeq !== undefined) repair.forgetBefore(lastSeq + 1)
    this.awaitRepair()
  }

  /** Fills one block for the sink. Hot. */
  pull(into: Float32Array): void {
    this.#playout.pull(into, this.#options.nowUs())
  }

  /** No more will be played: what is still missing counts as it ended. */
  finish(): void {
    this.#playout.finish()
  }

  stats(): PlayoutStats {
    return this.#playout.stats()
  }
}

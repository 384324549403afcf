import type { Frame, Path } from '@pearcast/protocol'
import { LatencyHistogram } from './latency-histogram.ts'
import { PlayedLedger } from './played-ledger.ts'
import type { Gap, PlayedSlot, PlayoutStats } from './playout-types.ts'
import { SAMPLES_PER_MS } from './time.ts'

const GAP_SAMPLES = 20 * SAMPLES_PER_MS
const INTERRUPTION_SAMPLES = 150 * SAMPLES_PER_MS

export interface AccountListener {
  onPlayed?(slot: PlayedSlot): void
  onGap?(gap: Gap): void
}

type PlayoutCounts = Omit<PlayoutStats, 'bufferMs' | 'targetMs' | 'ratio' | 'firstSeq' | 'lastSeq' | 'state'>

/**
 * What became of every sequence number. Each is booked exactly once as played, concealed or lost, in order;
 * holes are measured between two frames that were played.
 */
export class PlayoutAccount {
  readonly #latency: LatencyHistogram = new LatencyHistogram()
  readonly #byPath: Record<Path, number> = { swarm: 0, webrtc: 0, relayed: 0 }
  #played = 0
  #concealed = 0
  #lost = 0
  #gaps = 0
  #interruptions = 0
  /** Came when their place was taken; and came again. */
  late = 0
  copiesDropped = 0
  /** From the first to the last sequence number that was decided on, of the sessions before. */
  sentBefore = 0
  readonly #ledger: PlayedLedger = new PlayedLedger()
  readonly #listener: AccountListener
  #holeSamples = 0
  #holeConcealed = 0

  constructor(listener: AccountListener) {
    this.#listener = listener
  }

  /** `sent`: from the first to the last of this session. Walks the latency histogram. */
  counts(sent: number): PlayoutCounts {
    return {
      framesSent: this.sentBefore + sent,
      framesPlayed: this.#played,
      framesConcealed: this.#concealed,
      framesLost: this.#lost,
      framesDuplicate: this.#ledger.duplicates,
      framesLate: this.late,
      framesByPath: { ...this.#byPath },
      copiesDropped: this.copiesDropped,
      gaps: this.#gaps,
      interruptions: this.#interruptions,
      latencyMs: { p50: this.#latency.percentile(0.5), p95: this.#latency.percentile(0.95) },
    }
  }

  startSession(): void {
    this.#ledger.startSession()
  }

  frame(frame: Frame, path: Path, samples: number, latencyUs: number): void {
    this.closeHole()
    this.#ledger.record(frame.seq)
    this.#played++
    this.#byPath[path]++
    this.#latency.add(latencyUs)
    if (this.#listener.onPlayed === undefined) return
    const latency = Number.isNaN(latencyUs) ? undefined : latencyUs
    this.#listener.onPlayed({ kind: 'frame', frame, path, samples, latencyUs: latency })
  }

  conceal(seq: number, samples: number): void {
    this.#concealed++
    this.#holeConcealed++
    this.#listener.onPlayed?.({ kind: 'concealed', seq, samples })
  }

  /** `samples` of silence stood in the output for these frames; the hole they leave is `hole` samples long. */
  lose(fromSeq: number, toSeq: number, samples: number, hole: number): void {
    this.#lost += toSeq - fromSeq + 1
    this.#holeSamples += hole
    this.#listener.onPlayed?.({ kind: 'lost', fromSeq, toSeq, samples })
  }

  /** `unexplained` of these samples were silence that no pause of the source accounts for. */
  fill(samples: number, unexplained: number): void {
    this.#holeSamples += unexplained
    if (samples > 0) this.#listener.onPlayed?.({ kind: 'filler', samples })
  }

  closeHole(): void {
    const samples = this.#holeSamples
    const concealed = this.#holeConcealed
    this.#holeSamples = 0
    this.#holeConcealed = 0
    if (samples < GAP_SAMPLES) return
    this.#gaps++
    if (samples >= INTERRUPTION_SAMPLES) this.#interruptions++
    this.#listener.onGap?.({ ms: samples / SAMPLES_PER_MS, concealed })
  }

  /** A hole at the very end lies beyond the last sequence number. */
  forgetHole(): void {
    this.#holeSamples = 0
    this.#holeConcealed = 0
  }
}

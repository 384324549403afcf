import type { Frame, Path } from '@pearcast/protocol'

/** An Opus decoder at 48 kHz. What it returns is interleaved and valid until the next call. */
export interface Decoder {
  decode(payload: Uint8Array): Float32Array
  /** Sound that bridges a loss of `samples` a channel, a multiple of 120 (2.5 ms), at most 5760 (120 ms). */
  conceal(samples: number): Float32Array
  reset(): void
}

/** What stands in the output, in order. The `samples` (a channel, 48 kHz) add up to the decoded timeline. */
export type PlayedSlot =
  | {
      readonly kind: 'frame'
      readonly frame: Frame
      readonly path: Path
      readonly samples: number
      /** From capture to playout; undefined without a clock or before its first estimate. */
      readonly latencyUs: number | undefined
    }
  /** Concealment sound stands for this frame. */
  | { readonly kind: 'concealed'; readonly seq: number; readonly samples: number }
  /** Silence, or nothing (`samples` 0: skipped), stands for these frames, both ends included. */
  | { readonly kind: 'lost'; readonly fromSeq: number; readonly toSeq: number; readonly samples: number }
  /** No frame belongs here: the source was quiet, or playback waited to gather more delay. */
  | { readonly kind: 'filler'; readonly samples: number }

/** At least 20 ms for which nothing was played and nothing concealed. */
export interface Gap {
  readonly ms: number
  /** Frames that concealment sound stood for in the same hole. */
  readonly concealed: number
}

export interface PlayoutOptions {
  readonly decoder: Decoder
  readonly channels: 1 | 2
  /** The target delay on a calm network, default 40. */
  readonly minDelayMs?: number
  /** The target delay never grows beyond, default 400. */
  readonly maxDelayMs?: number
  /** How much more delay than the target is left as it is, so that a recording keeps one offset; default 22. */
  readonly excessMs?: number
  /** The station's clock seen from here (`ClockOffset`), for latencies. */
  readonly clock?: { toLocal(us: number): number }
  onPlayed?(slot: PlayedSlot): void
  onGap?(gap: Gap): void
}

/** `quiet`: the source says it has nothing to send. `starved`: it may have, but nothing arrives. */
export type PlayoutState = 'buffering' | 'playing' | 'starved' | 'quiet' | 'ended'

/** At any moment framesSent = framesPlayed + framesConcealed + framesLost. */
export interface PlayoutStats {
  /** From the first to the last sequence number that was decided on, summed over sessions. */
  readonly framesSent: number
  readonly framesPlayed: number
  readonly framesConcealed: number
  readonly framesLost: number
  /** Handed to the decoder more than once, by a ledger of its own: 0 or a bug. */
  readonly framesDuplicate: number
  /** Came after concealment or silence had taken their place. */
  readonly framesLate: number
  /** Played frames by the path whose copy came first. */
  readonly framesByPath: Readonly<Record<Path, number>>
  /** Redundant copies dropped on arrival. */
  readonly copiesDropped: number
  /** Holes of >= 20 ms, and of >= 150 ms, that were neither played nor concealed. */
  readonly gaps: number
  readonly interruptions: number
  /** NaN before the first latency is known. */
  readonly latencyMs: { readonly p50: number; readonly p95: number }
  /** Media received and not yet played. */
  readonly bufferMs: number
  readonly targetMs: number
  /** Media consumed per media played out; exactly 1 unless delay is being corrected. */
  readonly ratio: number
  /** Of the present session, undefined before it starts. */
  readonly firstSeq: number | undefined
  readonly lastSeq: number | undefined
  readonly state: PlayoutState
}

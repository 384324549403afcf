import type { AudioError } from '../error.ts'
import type { Channels, StreamSettings } from '../format.ts'

/** 20 ms of PCM (960 interleaved samples a channel, the caller's to keep), or an Opus packet that passes through unchanged. */
export type SourceItem =
  { kind: 'pcm'; pcm: Float32Array } | { kind: 'opus'; packet: Uint8Array; samples: number }

/** Audio to broadcast, read as fast as the caller likes; pacing is the caller's. */
export interface AudioSource {
  readonly channels: Channels
  readonly title?: string | undefined
  /** of one pass, when the container tells */
  readonly durationS?: number | undefined
  /** It sets the pace itself: what it gives is to be sent at once. */
  readonly live?: boolean | undefined
  /** @returns undefined at the end. @throws AudioError when the file fails midway */
  read(): Promise<SourceItem | undefined>
  close(): Promise<void>
}

export interface OpenSourceOptions extends StreamSettings {
  /** Start over at the end, without a gap; default false. */
  loop?: boolean | undefined
  /** Louder or softer, dB; Ogg Opus is then decoded. Default 0. */
  gainDb?: number | undefined
  /** Play a cut-off file up to the cut instead of refusing it; default false. */
  allowTruncated?: boolean | undefined
  /** Ogg Opus whose packets are longer is decoded to PCM instead of passed through; default 900. */
  maxPacketBytes?: number | undefined
}

/** What happens to a source while it is read; told through `onNotice`. */
export type SourceNotice =
  /** The next entry of a playlist begins. `durationS` null: not known. */
  | { kind: 'entry'; name: string; title: string | null; durationS: number | null }
  /** An entry cannot be played (any further), the next one follows. */
  | { kind: 'skipped'; name: string; error: AudioError }
  /** The input device is gone; it is tried again. */
  | { kind: 'lost'; error: AudioError }

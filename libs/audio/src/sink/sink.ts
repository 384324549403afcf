import type { AudioError } from '../error.ts'

/** What the playout hands to a sink beside the PCM: what it was made of, in order, nothing left out. */
export type PlayedSlot = { kind: 'frame'; payload: Uint8Array } | { kind: 'concealed'; samples: number }

export interface SinkIo {
  /** Fills `into` completely with interleaved 48 kHz samples; called once every 20 ms, on the sink's schedule. */
  pull(into: Float32Array): void
  /** The output failed midway for good (DISK_FULL, OUTPUT_UNWRITABLE): the sink goes on pulling, nothing is kept. */
  onError?: ((error: AudioError) => void) | undefined
  /** Trouble that may pass; the sink pulls on. */
  onNotice?: ((notice: SinkNotice) => void) | undefined
}

/** `lost`: the device is gone and tried again; `slow`: who reads the pipe does not keep up, sound is left out. */
export type SinkNotice = { state: 'lost' | 'slow'; why: string } | { state: 'back' }

/** Where the sound goes. Started once, stopped once. */
export interface Sink {
  /** Begins to pull. @throws AudioError OUTPUT_UNWRITABLE, DISK_FULL, NO_AUDIO_DEVICE */
  start(io: SinkIo): Promise<void>
  /** Stops pulling; a file is complete when this resolves. @throws AudioError when the end could not be written */
  stop(): Promise<void>
  /** Only of sinks that store packets: to be told every slot while its block is pulled. */
  onPlayed?(slot: PlayedSlot): void
}

import type { PlayedSlot, Sink, SinkIo } from '@pearcast/audio'
import type { RecordingFile } from './recording-file.ts'

/** A sink with a place for a file beside it, which is told what is played while there is one. */
export class RecordableSink implements Sink {
  file: RecordingFile | undefined
  readonly #sink: Sink

  constructor(sink: Sink) {
    this.#sink = sink
  }

  start(io: SinkIo): Promise<void> {
    const pull = (into: Float32Array): void => {
      io.pull(into)
      this.file?.onPulled(into)
    }
    return this.#sink.start({ ...io, pull })
  }

  stop(): Promise<void> {
    return this.#sink.stop()
  }

  onPlayed(slot: PlayedSlot): void {
    this.file?.onPlayed(slot)
  }
}

import type { Channels } from '@pearcast/audio'
import type { Recording } from '../schema/state.ts'
import { RecordingFile } from './recording-file.ts'

/** Where a recording hooks in. */
export interface Recordable {
  file: RecordingFile | undefined
}

export interface RecorderOptions {
  folder: string
  nowMs: () => number
  onChange: () => void
  onTrouble: (code: string, message: string) => void
}

/** At most one file at a time, begun and ended in the order in which that was asked for. */
export class Recorder {
  state: Recording | null = null
  readonly #options: RecorderOptions
  #end: (() => Promise<void>) | undefined
  #tail: Promise<void> = Promise.resolve()

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** @throws AudioError OUTPUT_UNWRITABLE, DISK_FULL */
  begin(from: Recordable, title: string, channels: Channels): Promise<void> {
    return this.#inTurn(() => this.#begin(from, title, channels))
  }

  /** Resolves when the file is complete; at once when there is none. */
  end(): Promise<void> {
    return this.#inTurn(() => this.#finish())
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work)
    this.#tail = done.catch(() => undefined)
    return done
  }

  async #begin(from: Recordable, title: string, channels: Channels): Promise<void> {
    await this.#finish()
    const { folder, nowMs, onChange, onTrouble } = this.#options
    const file = await RecordingFile.create({
      folder,
      title,
      channels,
      nowMs: nowMs(),
      onError: ({ code, message }) => {
        onTrouble(code, message)
        void this.end()
      },
    })
    from.file = file
    this.state = { file: file.path, sinceMs: nowMs(), isRunning: true }
    this.#end = async () => {
      if (from.file === file) from.file = undefined
      await file.close()
    }
    onChange()
  }

  async #finish(): Promise<void> {
    const end = this.#end
    this.#end = undefined
    if (end === undefined || this.state === null) return
    try {
      await end()
    } finally {
      this.state = { ...this.state, isRunning: false }
      this.#options.onChange()
    }
  }
}

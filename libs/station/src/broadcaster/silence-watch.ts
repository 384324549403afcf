/** Below this a listener hears nothing: the noise of a cheap microphone in a quiet room is above it. */
const SILENT_DB = -60
/** Speech and music pause, too. */
const SILENT_MS = 10_000

export type SilenceChange = { state: 'begins' | 'ends'; ms: number }

/** Notices that a source gives audio in which nothing is to be heard: a muted microphone, an unplugged cable. */
export class SilenceWatch {
  #silentMs = 0

  /**
   * @param rmsDb of each channel over the last `ms`; null: no audio came, which is a stall and told as that
   * @returns what is worth telling: silence that has lasted, and its end with its whole length
   */
  add(rmsDb: readonly number[] | null, ms: number): SilenceChange | undefined {
    if (rmsDb === null) return undefined
    const beforeMs = this.#silentMs
    const isSilent = rmsDb.every((db) => db < SILENT_DB)
    this.#silentMs = isSilent ? beforeMs + ms : 0
    if (!isSilent) return beforeMs >= SILENT_MS ? { state: 'ends', ms: beforeMs } : undefined
    const isNews = beforeMs < SILENT_MS && this.#silentMs >= SILENT_MS
    return isNews ? { state: 'begins', ms: this.#silentMs } : undefined
  }
}

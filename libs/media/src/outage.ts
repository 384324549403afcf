/**
 * The time since the buffer ran empty. What to make of it is known only at its end: frames that were lost,
 * frames that came too late, or a source that had nothing to say. Samples a channel, 48 kHz.
 */
export class Outage {
  /** Media time at which the buffer ran empty. */
  startTs = 0
  /** Concealment sound played since. */
  concealed = 0
  /** Silence played since while the source was not known to be quiet. */
  silent = 0
  /** Everything played since while it was known to be quiet. */
  quietSamples = 0
  /** The source has said that it has sent nothing new. */
  quiet = false
  /** The next frame turned out to have been captured late: the source had stalled. */
  stalled = false
  /** No concealment sound (any more): playback resumes wherever the live edge now is. */
  rebuffering = false

  begin(startTs: number): void {
    this.startTs = startTs
    this.concealed = 0
    this.silent = 0
    this.quietSamples = 0
    this.quiet = false
    this.stalled = false
    this.rebuffering = false
  }

  /** Concealment so far stood for nothing that was sent. */
  becomeQuiet(): void {
    if (this.quiet) return
    this.quiet = true
    this.quietSamples += this.concealed + this.silent
    this.concealed = 0
    this.silent = 0
  }

  get samples(): number {
    return this.concealed + this.silent + this.quietSamples
  }
}

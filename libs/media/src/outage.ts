import type { Frame } from '@pearcast/protocol'
import type { PlayoutAccount } from './playout-account.ts'

/**
 * The time since the buffer ran empty. What to make of it is known only at its end: frames that were lost,
 * frames that came too late, or a source that had nothing to say. Samples a channel, 48 kHz.
 */
export class Outage {
  /** The source has said that it has sent nothing new. */
  quiet = false
  /** The next frame turned out to have been captured late: the source had stalled. */
  stalled = false
  /** A frame came so late that no delay would have helped. */
  long = false
  /** No concealment: playback goes on wherever the live edge now is. */
  rebuffering = false
  /** Media time at which the buffer ran empty. */
  #startTs = 0
  #concealed = 0
  #silent = 0
  /** Whatever was played while the source was known to be quiet. */
  #explained = 0

  begin(startTs: number, rebuffering: boolean): void {
    this.quiet = false
    this.stalled = false
    this.long = false
    this.rebuffering = rebuffering
    this.#startTs = startTs
    this.#concealed = 0
    this.#silent = 0
    this.#explained = 0
  }

  /** Whether concealment may bridge it: nothing says (yet) that the old mapping of media time has ended. */
  get mayBridge(): boolean {
    return !this.quiet && !this.stalled && !this.rebuffering
  }

  /** Concealment and silence so far stood for nothing that was sent. */
  becomeQuiet(): void {
    this.quiet = true
    this.#explained += this.#concealed + this.#silent
    this.#concealed = 0
    this.#silent = 0
  }

  addConcealment(samples: number): void {
    this.#concealed += samples
  }

  addSilence(samples: number, sourceIsQuiet: boolean): void {
    if (sourceIsQuiet) this.#explained += samples
    else this.#silent += samples
  }

  /**
   * It ends with the frame `first`, where `nextSeq` was wanted: books what is missing. Concealment stands for as
   * many frames as it was long, silence for the others; silence that a pause of the source explains is no gap.
   */
  endWith(
    first: Frame,
    nextSeq: number,
    frameSamples: number,
    stallSamples: number,
    account: PlayoutAccount,
  ): void {
    const missing = first.seq - nextSeq
    const concealed = Math.min(missing, Math.round(this.#concealed / frameSamples))
    let sound = this.#concealed
    for (let i = 0; i < concealed; i++) {
      const samples = Math.min(sound, frameSamples)
      account.conceal(nextSeq + i, samples)
      sound -= samples
    }
    account.fill(sound + this.#explained, 0)
    const paused = Math.max(0, first.ts48k - this.#startTs - missing * frameSamples) + stallSamples
    const unexplained = Math.max(0, this.#silent - paused)
    const lost = missing - concealed
    if (lost === 0) return account.fill(this.#silent, unexplained)
    const hole = Math.max(lost * frameSamples, unexplained)
    account.lose(nextSeq + concealed, first.seq - 1, this.#silent, hole)
  }

  /** It ends because playback or the session does: no frame is known to be missing. */
  endWithoutFrame(account: PlayoutAccount, isGap: boolean): void {
    account.fill(this.#concealed + this.#silent + this.#explained, isGap ? this.#silent : 0)
  }
}

import type { Sink } from '@pearcast/audio'
import type { PlayedSlot } from '@pearcast/media'

type OnPlayed = NonNullable<Sink['onPlayed']>

/**
 * What a sink that stores packets is told: from the first frame to the last, nothing before and nothing after. Silence
 * counts only once a frame has followed it, so that waiting for a station's return is not recorded at the end.
 */
export class SlotRecorder {
  readonly #tell: OnPlayed
  #began = false
  #silentSamples = 0

  constructor(tell: OnPlayed) {
    this.#tell = tell
  }

  /** Undefined for a sink that stores no packets. */
  static for(sink: Sink): SlotRecorder | undefined {
    return sink.onPlayed === undefined ? undefined : new SlotRecorder((slot) => sink.onPlayed?.(slot))
  }

  onPlayed(slot: PlayedSlot): void {
    switch (slot.kind) {
      case 'frame':
        this.#flush()
        this.#began = true
        return this.#tell({ kind: 'frame', payload: slot.frame.payload })
      case 'concealed':
      case 'lost':
      case 'filler':
        this.#silentSamples += this.#began ? slot.samples : 0
        return
    }
  }

  #flush(): void {
    if (this.#silentSamples > 0) this.#tell({ kind: 'concealed', samples: this.#silentSamples })
    this.#silentSamples = 0
  }
}

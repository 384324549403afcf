import { MAX_SLOTS, type PcmBlock } from '../schema/media.ts'
import type { InputStrip } from '../schema/state.ts'

/** The mixer's strips: what each slot counts in the sum. A change is spread over one block, so that it does not click. */
export class Strips {
  #strips: InputStrip[] = []
  #muted = false
  /** What the last block was multiplied with, by slot. */
  readonly #gains: Float32Array = new Float32Array(MAX_SLOTS)

  get list(): InputStrip[] {
    return this.#strips
  }

  get muted(): boolean {
    return this.#muted
  }

  set(strip: InputStrip): void {
    const others = this.#strips.filter(({ slot }) => slot !== strip.slot)
    if (others.length === this.#strips.length) this.#gains[strip.slot] = this.#gainOf(strip)
    this.#strips = [...others, strip].toSorted((a, b) => a.slot - b.slot)
  }

  remove(slot: number): void {
    this.#strips = this.#strips.filter((strip) => strip.slot !== slot)
  }

  mute(muted: boolean): void {
    this.#muted = muted
  }

  /** Interleaved stereo into `mix`. Slots without a strip are not heard. Hot. */
  mix({ inputs }: PcmBlock, mix: Float32Array): void {
    mix.fill(0)
    for (const { slot, pcm } of inputs) {
      const strip = this.#strips.find((each) => each.slot === slot)
      if (strip === undefined) continue
      const from = this.#gains[slot] ?? 0
      const to = this.#gainOf(strip)
      this.#gains[slot] = to
      if (from === 0 && to === 0) continue
      const step = (to - from) / mix.length
      for (let i = 0; i < mix.length; i++) mix[i] = (mix[i] ?? 0) + (pcm[i] ?? 0) * (from + step * i)
    }
  }

  #gainOf({ gainDb, muted }: InputStrip): number {
    return muted || this.#muted || gainDb <= -60 ? 0 : 10 ** (gainDb / 20)
  }
}

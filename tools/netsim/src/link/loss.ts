import type { Random } from '../random.ts'
import { NetsimError } from '../errors.ts'

/**
 * Losses that come in bursts: the two-state chain of Gilbert (1960) and Elliott (1963) with a good state that
 * loses nothing and a bad state that loses everything, described by what it does instead of by its transitions.
 */
export interface GilbertElliott {
  /** The share of all packets that is lost, 0..1. */
  rate: number
  /** How many packets in a row are lost in the mean, >= 1. */
  meanBurstPackets: number
}

/** Independent losses with this probability, or bursts. */
export type LossConfig = number | GilbertElliott

/** Decides for each packet whether it is lost. */
export class LossModel {
  readonly #random: Random
  /** The probabilities to lose the next packet after a kept and after a lost one. */
  readonly #afterKept: number
  readonly #afterLost: number
  #bad: boolean

  constructor(config: LossConfig, random: Random) {
    const rate = typeof config === 'number' ? config : config.rate
    if (!(rate >= 0 && rate <= 1)) throw NetsimError.linkInvalid(`a loss of ${rate} is no share of 1`)
    this.#random = random
    if (typeof config === 'number') {
      this.#afterKept = rate
      this.#afterLost = rate
    } else {
      // Leaving a burst with probability 1/mean makes its length geometric with that mean; the stationary share
      // p / (p + r) = rate then gives the probability p to enter one.
      const leave = 1 / config.meanBurstPackets
      const enter = rate === 1 ? 1 : (leave * rate) / (1 - rate)
      if (!(leave <= 1 && enter <= 1))
        throw NetsimError.linkInvalid(
          `bursts of ${config.meanBurstPackets} packets cannot lose ${rate} of all`,
        )
      this.#afterKept = enter
      this.#afterLost = rate === 1 ? 1 : 1 - leave
    }
    this.#bad = random() < rate
  }

  isLost(): boolean {
    this.#bad = this.#random() < (this.#bad ? this.#afterLost : this.#afterKept)
    return this.#bad
  }
}

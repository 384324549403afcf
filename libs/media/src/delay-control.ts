/** How far the delay may lie below and above its target before anything is corrected. */
export const DEAD_BAND_BELOW_US = 8_000
export const DEAD_BAND_ABOVE_US = 22_000
/** Correction aims a little above the target and stops within this of it. */
const AIM_ABOVE_US = 4_000
const CLOSE_US = 3_000

const WINDOW_US = 1_000_000
/** 0.5 %: 9 cents, heard by nobody when it comes and goes slowly. An error is worked off with a time constant of 8 s. */
const STEADY: Pace = { maxDeviation: 0.005, deviationPerUs: 1 / 8_000_000 }
/**
 * After a start, when a sink that was held up as it began has left more delay behind: 17 cents, which take a second to come
 * and to go. So slow a change is heard least: IEC 60386 counts wow of 0.2 Hz 30 dB less than that of 4 Hz.
 */
const AT_START: Pace = { maxDeviation: 0.01, deviationPerUs: 1 / 2_000_000 }
const START_US = 10_000_000
/** Never slower than five times the drift of a poor clock (100 ppm). */
const MIN_DEVIATION = 0.0005
const SLEW_PER_S = 0.01

interface Pace {
  maxDeviation: number
  deviationPerUs: number
}

/**
 * Decides at what rate media is consumed: exactly 1 while the delay lies in the dead band, a little more
 * (or less) while excess (or missing) delay is worked off. One mechanism for a target that has changed, for
 * a faster path and for clocks that drift.
 */
export class DelayControl {
  readonly #excessUs: number
  #ratio = 1
  #wanted = 1
  #startedUs = Number.NaN
  #windowSinceUs = Number.NaN
  #windowMinUs = Number.POSITIVE_INFINITY
  #lastMinUs = Number.NaN
  #strikes = 0
  #updatedUs = Number.NaN

  /** `excessUs`: how much more delay than its target is left as it is. */
  constructor(excessUs: number) {
    this.#excessUs = excessUs
  }

  get ratio(): number {
    return this.#ratio
  }

  /** The smallest delay in the last full second: a hiccup of the sink does not count as delay. NaN at first. */
  get delayUs(): number {
    return this.#lastMinUs
  }

  /** At each frame that is fetched for playing: how long it could have been late. */
  observe(delayUs: number): void {
    if (delayUs < this.#windowMinUs) this.#windowMinUs = delayUs
  }

  /** Once a pull. Returns the ratio for it. */
  update(targetUs: number, nowUs: number): number {
    if (Number.isNaN(this.#windowSinceUs)) this.#windowSinceUs = nowUs
    if (Number.isNaN(this.#startedUs)) this.#startedUs = nowUs
    if (nowUs - this.#windowSinceUs >= WINDOW_US) {
      if (Number.isFinite(this.#windowMinUs)) this.#decide(this.#windowMinUs, targetUs, nowUs)
      this.#windowSinceUs = nowUs
      this.#windowMinUs = Number.POSITIVE_INFINITY
    }
    const elapsedS = Number.isNaN(this.#updatedUs)
      ? 0
      : Math.min(Math.max(nowUs - this.#updatedUs, 0) / 1e6, 0.1)
    this.#updatedUs = nowUs
    const step = SLEW_PER_S * elapsedS
    const missing = this.#wanted - this.#ratio
    this.#ratio = Math.abs(missing) <= step ? this.#wanted : this.#ratio + Math.sign(missing) * step
    return this.#ratio
  }

  /** The delay was set anew: what was measured before is void. */
  restart(): void {
    this.#wanted = 1
    this.#startedUs = Number.NaN
    this.#windowSinceUs = Number.NaN
    this.#windowMinUs = Number.POSITIVE_INFINITY
    this.#lastMinUs = Number.NaN
    this.#strikes = 0
  }

  #decide(delayUs: number, targetUs: number, nowUs: number): void {
    this.#lastMinUs = delayUs
    const pace = nowUs - this.#startedUs < START_US ? AT_START : STEADY
    const errorUs = delayUs - targetUs - AIM_ABOVE_US
    if (this.#wanted !== 1) {
      const crossed = Math.sign(errorUs) !== Math.sign(this.#wanted - 1)
      this.#wanted = crossed || Math.abs(errorUs) <= CLOSE_US ? 1 : ratioFor(errorUs, pace)
      return
    }
    const outside = delayUs < targetUs - DEAD_BAND_BELOW_US || delayUs > targetUs + this.#excessUs
    this.#strikes = outside ? this.#strikes + 1 : 0
    if (this.#strikes < 2) return
    this.#strikes = 0
    this.#wanted = ratioFor(errorUs, pace)
  }
}

function ratioFor(errorUs: number, { deviationPerUs, maxDeviation }: Pace): number {
  const deviation = Math.min(Math.max(Math.abs(errorUs) * deviationPerUs, MIN_DEVIATION), maxDeviation)
  return 1 + Math.sign(errorUs) * deviation
}

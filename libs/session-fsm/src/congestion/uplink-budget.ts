/** What a child may look like to the uplink. */
export interface UplinkShare {
  /** Of its frames, 0..1. */
  readonly lossRatio: number
  readonly isCongested: boolean
}

export interface UplinkBudgetOptions {
  /** What the user says of the line, bit/s; undefined: learned from reports. */
  configuredBps?: number | undefined
  /** What a listener costs before anything was measured, bit/s on the wire. */
  nominalBps: number
}

/** Children are admitted up to this part of the uplink: repair, signaling and the rest of the house need some too. */
const ADMIT_RATIO = 0.7
/** For the second that a change of path takes, when a child gets each frame twice. */
const SWITCH_RATIO = 0.9
/** Shared trouble for so many seconds in a row is believed: a cut line or another address also troubles all, and passes. */
const BELIEVE_TICKS = 6
/** One child leaves, then the others are given time to show whether that was enough. */
const SETTLE_TICKS = 3
/** Seconds without shared trouble after which more is tried, and how much more. */
const TRY_TICKS = 60
const TRY_MORE = 1.25
/** The rate is the highest of so many seconds: music is not as quiet for ever as it is now. */
const RATE_TICKS = 10

/**
 * Who fits the uplink of a sender. Fed once a second with what the children report; the uplink is what the user says it
 * is, or less when most children have trouble at one time: then it carries what arrives of what is sent. Trouble of one
 * child among several is that child's own.
 */
export class UplinkBudget {
  readonly #options: UplinkBudgetOptions
  readonly #rates: number[] = []
  #bytes = 0
  #estimateBps = Number.POSITIVE_INFINITY
  #sharedTicks = 0
  #calmTicks = 0
  #settleTicks = 0

  constructor(options: UplinkBudgetOptions) {
    this.#options = options
  }

  /** Infinity while nothing is known of it. */
  get uplinkBps(): number {
    return Math.min(this.#options.configuredBps ?? Number.POSITIVE_INFINITY, this.#estimateBps)
  }

  /** What one more copy of the stream costs. */
  get copyBps(): number {
    return Math.max(this.#options.nominalBps, ...this.#rates)
  }

  /** Most children suffer at one time: the uplink is at fault, and they are not judged one by one. */
  get isShared(): boolean {
    return this.#sharedTicks >= BELIEVE_TICKS
  }

  /** Hot: once a frame, with its bytes on the wire. */
  onFrame(bytes: number): void {
    this.#bytes += bytes
  }

  /** Room for one more listener beside so many copies that go out now. Somebody may always listen. */
  admits(copies: number): boolean {
    return copies === 0 || (copies + 1) * this.copyBps <= ADMIT_RATIO * this.uplinkBps
  }

  /** Room for a second copy while a listener changes its path. */
  allowsSwitch(copies: number): boolean {
    return (copies + 1) * this.copyBps <= SWITCH_RATIO * this.uplinkBps
  }

  /**
   * Once a second, with everybody who gets audio. Returns true when one of them has to leave, at best the last that
   * came: fewer that hear well are better than many that do not.
   */
  tick(children: readonly UplinkShare[]): boolean {
    this.#rates.push(this.#bytes * 8)
    if (this.#rates.length > RATE_TICKS) this.#rates.shift()
    this.#bytes = 0
    if (this.#settleTicks > 0) this.#settleTicks--
    const congested = children.filter(({ isCongested }) => isCongested).length
    if (congested < 2 || congested * 2 < children.length) return this.#recover()
    this.#calmTicks = 0
    this.#sharedTicks++
    if (!this.isShared || this.#settleTicks > 0) return false
    this.#settleTicks = SETTLE_TICKS
    this.#estimateBps = Math.max(this.copyBps, this.#deliveredBps(children))
    return true
  }

  #recover(): false {
    this.#sharedTicks = 0
    if (++this.#calmTicks >= TRY_TICKS) {
      this.#calmTicks = 0
      this.#estimateBps *= TRY_MORE
    }
    return false
  }

  #deliveredBps(children: readonly UplinkShare[]): number {
    const rate = this.#rates.at(-1) ?? 0
    return children.reduce((sum, { lossRatio }) => sum + rate * (1 - lossRatio), 0)
  }
}

/** At one probe in 1.8 s: 18 s, in which two clocks 100 ppm apart move by 1.8 ms. */
const WINDOW = 10

/**
 * The station's clock as seen from here, from ping (sent at t0), pong (stamped t1 there) and its arrival (t2).
 * Of the last ten probes the one with the shortest round trip decides: queueing only ever adds delay. The
 * estimate is off by at most half that round trip, whatever the asymmetry of the way.
 */
export class ClockOffset {
  readonly #offsets: Float64Array = new Float64Array(WINDOW)
  readonly #rtts: Float64Array = new Float64Array(WINDOW)
  #samples = 0
  #best = 0

  /** `t0Us`, `t2Us` on the local clock, `t1Us` on the remote one. A negative round trip is ignored. */
  sample(t0Us: number, t1Us: number, t2Us: number): void {
    const rttUs = t2Us - t0Us
    if (!(rttUs >= 0) || !Number.isFinite(t1Us)) return
    const slot = this.#samples % WINDOW
    this.#offsets[slot] = t1Us - (t0Us + t2Us) / 2
    this.#rtts[slot] = rttUs
    this.#samples++
    this.#best = this.#shortest()
  }

  get known(): boolean {
    return this.#samples > 0
  }

  /** Remote clock minus local clock; NaN before the first sample. */
  get offsetUs(): number {
    return this.known ? (this.#offsets[this.#best] ?? Number.NaN) : Number.NaN
  }

  /** The shortest round trip in the window, 0 before the first sample. */
  get rttUs(): number {
    return this.known ? (this.#rtts[this.#best] ?? 0) : 0
  }

  /** A remote time on the local clock; NaN before the first sample. */
  toLocal(remoteUs: number): number {
    return remoteUs - this.offsetUs
  }

  clear(): void {
    this.#samples = 0
  }

  #shortest(): number {
    const count = Math.min(this.#samples, WINDOW)
    let best = 0
    for (let i = 1; i < count; i++) {
      if ((this.#rtts[i] ?? 0) < (this.#rtts[best] ?? 0)) best = i
    }
    return best
  }
}

/**
 * Notices a lost peer by its silence. ICE does so after 30 s (RFC 7675); an empty RTCP report each way, a few
 * times within the bound, tells it sooner. It counts ticks, not time: an event loop that stood still has not
 * heard the peer either, and must not take that for its silence.
 */
export class Liveness {
  readonly #ticksAllowed: number
  readonly #timer: NodeJS.Timeout
  #silentTicks = 0

  constructor(lostAfterMs: number, report: () => void, lost: () => void) {
    const everyMs = Math.min(REPORT_EVERY_MS, lostAfterMs / 3)
    this.#ticksAllowed = Math.ceil(lostAfterMs / everyMs)
    this.#timer = setInterval(() => {
      if (++this.#silentTicks > this.#ticksAllowed) lost()
      else report()
    }, everyMs)
  }

  /** On every packet of the peer. */
  heard(): void {
    this.#silentTicks = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

const REPORT_EVERY_MS = 1000

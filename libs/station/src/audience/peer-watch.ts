/** Once a second: silent for so long, a peer is asked whether it is there. */
const ASK_TICKS = 5
/** And for so long, it is gone, whatever its connection says. A listener asks for the time every other second. */
const GONE_TICKS = 20
/** A place is for those who listen: longest wait between two subscriptions that a refusal may ask for, and some more. */
const IDLE_TICKS = 90

export type PeerVerdict = 'fine' | 'ask' | 'gone' | 'idle'

/**
 * Finds links that only take up room: one that answers nothing, or that never subscribes. Time is counted in ticks of
 * one second, not by the clock: after a sleep of this machine nobody has been silent.
 */
export class PeerWatch {
  #silentTicks = 0
  #idleTicks = 0

  /** Something authentic came. */
  heard(): void {
    this.#silentTicks = 0
  }

  subscribed(): void {
    this.#idleTicks = 0
  }

  /** @param listens it is admitted */
  tick(listens: boolean): PeerVerdict {
    this.#idleTicks = listens ? 0 : this.#idleTicks + 1
    if (this.#idleTicks >= IDLE_TICKS) return 'idle'
    if (++this.#silentTicks >= GONE_TICKS) return 'gone'
    return this.#silentTicks >= ASK_TICKS ? 'ask' : 'fine'
  }
}

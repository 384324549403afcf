import { createSenderSlots, type SenderSlots } from '@pearcast/session-fsm'

/** Who may move to another path; asked by id, granted by `startSwitch`. */
export interface Switcher {
  readonly id: string
  startSwitch(): void
}

/** WebRTC connections and path switches of one sender: whoever finds no place to switch waits for its turn. */
export class SwitchQueue {
  readonly #slots: SenderSlots = createSenderSlots()
  readonly #waiting = new Set<Switcher>()
  readonly #hasRoom: () => boolean

  /** @param hasRoom the uplink takes one more copy for a moment */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom
  }

  /** False when all WebRTC slots are taken: the child stays on swarm. */
  takeConnection(child: Switcher): boolean {
    return this.#slots.take(child.id)
  }

  /** Calls `startSwitch` now, or when another child's switch is over. */
  request(child: Switcher): void {
    this.#waiting.add(child)
    this.#grant()
  }

  /** The child receives one path again, or is gone from WebRTC. */
  end(child: Switcher): void {
    this.#waiting.delete(child)
    this.#slots.endSwitch(child.id)
    this.#grant()
  }

  /** Now and then: the uplink may have room again. */
  tick(): void {
    this.#grant()
  }

  release(child: Switcher): void {
    this.#slots.release(child.id)
    this.end(child)
  }

  #grant(): void {
    for (const child of this.#waiting) {
      if (!this.#hasRoom() || !this.#slots.beginSwitch(child.id)) return
      this.#waiting.delete(child)
      child.startSwitch()
    }
  }
}

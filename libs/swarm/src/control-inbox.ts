import type { ControlMessage } from '@pearcast/protocol'

/** Kept until somebody listens. */
const MAX_BACKLOG = 64

type Handler = (message: ControlMessage) => void

/** The messages of a link that are for whoever uses it: what comes before anybody listens waits. */
export class ControlInbox {
  #handler: Handler | undefined
  #backlog: ControlMessage[] = []

  get handler(): Handler | undefined {
    return this.#handler
  }

  set handler(handler: Handler | undefined) {
    this.#handler = handler
    if (!handler) return
    const backlog = this.#backlog
    this.#backlog = []
    for (const message of backlog) handler(message)
  }

  /** False when too many wait already. */
  take(message: ControlMessage): boolean {
    if (this.#handler) this.#handler(message)
    else if (this.#backlog.push(message) > MAX_BACKLOG) return false
    return true
  }

  clear(): void {
    this.#backlog = []
  }
}

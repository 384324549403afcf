import type { Frame } from '@pearcast/protocol'
import { FrameRing } from './frame-ring.ts'

interface Subscription {
  readonly deliver: (frame: Frame) => void
  active: boolean
}

/**
 * Hands every verified frame to whoever wants it: children, playout, recorder. Frames pass in the order of
 * publication, which need not be the order of sequence numbers. The bus neither verifies nor drops copies:
 * callers ask `ring.has(seq)` before they verify and publish.
 */
export class FrameBus {
  readonly ring: FrameRing = new FrameRing()
  #subscriptions: readonly Subscription[] = []

  publish(frame: Frame): void {
    this.ring.put(frame)
    // The list is replaced, never changed: subscribing or unsubscribing in a callback leaves this loop intact.
    const subscriptions = this.#subscriptions
    for (let i = 0; i < subscriptions.length; i++) {
      const subscription = subscriptions[i]
      if (subscription?.active === true) subscription.deliver(frame)
    }
  }

  /** A subscriber added during a publication gets the next frame. Returns the function that unsubscribes. */
  subscribe(deliver: (frame: Frame) => void): () => void {
    const subscription: Subscription = { deliver, active: true }
    this.#subscriptions = [...this.#subscriptions, subscription]
    return () => {
      if (!subscription.active) return
      subscription.active = false
      this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription)
    }
  }
}

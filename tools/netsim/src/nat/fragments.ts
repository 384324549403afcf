/** How many datagrams may be in pieces at once, and for how long: a flood of fragments costs no more (REQ-14a). */
const MAX_DATAGRAMS = 64
const REASSEMBLY_MS = 5000

/** How the first fragment of a datagram was translated, beyond what the NAT's own address says. */
export interface FragmentTranslation {
  /** From outside: whom it went to. */
  internalAddress?: number
  /** From inside, hairpinned: whom it went to. */
  turnedBackTo?: number
}

interface Entry extends FragmentTranslation {
  untilMs: number
}

/**
 * Only the first fragment carries ports, so the following ones are translated as it was. They must come after it:
 * the behaviour that RFC 4787 §11 calls
 * "Received Fragment Ordered". REQ-14 wants more, to hold those that come early; nothing of pearCast is fragmented.
 */
export class FragmentTable {
  readonly #entries = new Map<string, Entry>()

  remember(key: string, translation: FragmentTranslation, nowMs: number): void {
    this.#entries.delete(key)
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size < MAX_DATAGRAMS && entry.untilMs > nowMs) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, { ...translation, untilMs: nowMs + REASSEMBLY_MS })
  }

  recall(key: string, nowMs: number): FragmentTranslation | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.untilMs > nowMs ? entry : undefined
  }

  clear(): void {
    this.#entries.clear()
  }
}

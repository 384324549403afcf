const MAX_FLOWS = 65_536

/**
 * The IPv6 firewall of a home router (RFC 6092): nothing is translated, but a packet from outside passes only as the
 * answer to one from inside, address and port. Endpoints are the caller's numbers, exact for the lab's addresses.
 */
export class StatefulFirewall {
  readonly #lifetimeMs: number
  /** Local endpoint to remote endpoint to the last packet of the flow, in either direction. */
  readonly #flows = new Map<number, Map<number, number>>()
  #size = 0
  #nextSweepMs = 0

  /** The default is the two minutes that RFC 6092 REC-14 demands at least. */
  constructor(lifetimeMs = 120_000) {
    this.#lifetimeMs = lifetimeMs
  }

  get size(): number {
    return this.#size
  }

  /** False if there is no room for another flow. */
  outbound(local: number, remote: number, nowMs: number): boolean {
    this.#sweep(nowMs)
    let remotes = this.#flows.get(local)
    if (remotes === undefined) {
      remotes = new Map()
      this.#flows.set(local, remotes)
    }
    if (!remotes.has(remote)) {
      if (this.#size >= MAX_FLOWS) return false
      this.#size++
    }
    remotes.set(remote, nowMs)
    return true
  }

  /** Whether a packet belongs to a flow; if so it keeps the flow alive. */
  inbound(local: number, remote: number, nowMs: number): boolean {
    if (!this.knows(local, remote, nowMs)) return false
    this.#flows.get(local)?.set(remote, nowMs)
    return true
  }

  /** The same without keeping it alive: for ICMP errors about a flow. */
  knows(local: number, remote: number, nowMs: number): boolean {
    const seenMs = this.#flows.get(local)?.get(remote)
    return seenMs !== undefined && nowMs - seenMs < this.#lifetimeMs
  }

  clear(): void {
    this.#flows.clear()
    this.#size = 0
  }

  #sweep(nowMs: number): void {
    if (nowMs < this.#nextSweepMs) return
    this.#nextSweepMs = nowMs + this.#lifetimeMs / 4
    for (const [local, remotes] of this.#flows) {
      for (const [remote, seenMs] of remotes) {
        if (nowMs - seenMs < this.#lifetimeMs) continue
        remotes.delete(remote)
        this.#size--
      }
      if (remotes.size === 0) this.#flows.delete(local)
    }
  }
}

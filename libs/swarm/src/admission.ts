import { AddressRateLimiter, type Rate, TokenBucket } from './rate-limit.ts'

export interface AdmissionLimits {
  /** Open links; whoever comes later is told that the station is full. */
  maxConnections: number
  /** Connections that have not proven themselves yet. */
  maxPending: number
  /** Connections from one source address, proven or not: behind a carrier's NAT that is a crowd. */
  maxPerAddress: number
  /** Handshakes from one source address: behind a carrier's NAT that is a crowd. */
  handshakesPerAddress: Rate
  /**
   * Handshakes altogether: each costs 1.3 to 3 ms of CPU, and 90 KiB for some 10 s even when the peer is gone at once. The
   * audience has a right to the rest.
   */
  handshakes: Rate
}

const DEFAULTS: AdmissionLimits = {
  maxConnections: 1024,
  maxPending: 1024,
  maxPerAddress: 256,
  handshakesPerAddress: { burst: 256, perSecond: 32 },
  handshakes: { burst: 2048, perSecond: 200 },
}

/**
 * Fills in what is not said. On a private DHT every listener comes from the same address: one address may there what all
 * may, unless something else is said.
 */
export function admissionLimits(
  limits: Partial<AdmissionLimits>,
  isLoopback: boolean,
  defaults: Partial<AdmissionLimits> = {},
): AdmissionLimits {
  const usual = { ...DEFAULTS, ...defaults }
  const handshakes = limits.handshakes ?? usual.handshakes
  return {
    maxConnections: limits.maxConnections ?? usual.maxConnections,
    maxPending: limits.maxPending ?? usual.maxPending,
    maxPerAddress: limits.maxPerAddress ?? (isLoopback ? Number.POSITIVE_INFINITY : usual.maxPerAddress),
    handshakesPerAddress:
      limits.handshakesPerAddress ?? (isLoopback ? handshakes : usual.handshakesPerAddress),
    handshakes,
  }
}

export interface AdmissionStats {
  /** Handshakes that were not answered, by reason. */
  tooMany: number
  tooManyFromAddress: number
  tooManyPending: number
  /** Connections told that the station is full. */
  full: number
}

/** Decides over handshakes before anything is allocated for them, and counts what it turned away. */
export class Admission {
  readonly stats: AdmissionStats = { tooMany: 0, tooManyFromAddress: 0, tooManyPending: 0, full: 0 }
  #limits: AdmissionLimits
  readonly #all: TokenBucket
  readonly #byAddress: AddressRateLimiter
  /** Bounded by the connections that there can be. */
  readonly #connections = new Map<string, number>()

  constructor(limits: AdmissionLimits, nowMs: number) {
    this.#limits = limits
    this.#all = new TokenBucket(limits.handshakes, nowMs)
    this.#byAddress = new AddressRateLimiter(limits.handshakesPerAddress)
  }

  /** Other numbers of connections from now on; the rates stay. Who is here stays. */
  limit(limits: AdmissionLimits): void {
    this.#limits = limits
  }

  allowsHandshake(host: string, pending: number, nowMs: number): boolean {
    if (pending >= this.#limits.maxPending) {
      this.stats.tooManyPending++
      return false
    }
    const connected = this.#connections.get(host) ?? 0
    if (connected >= this.#limits.maxPerAddress || !this.#byAddress.allows(host, nowMs)) {
      this.stats.tooManyFromAddress++
      return false
    }
    if (!this.#all.take(nowMs)) {
      this.stats.tooMany++
      return false
    }
    return true
  }

  /** A connection from there has begun. Returns what to call at its end. */
  enter(host: string): () => void {
    this.#connections.set(host, (this.#connections.get(host) ?? 0) + 1)
    let here = true
    return () => {
      if (!here) return
      here = false
      const left = (this.#connections.get(host) ?? 1) - 1
      if (left > 0) this.#connections.set(host, left)
      else this.#connections.delete(host)
    }
  }

  allowsLink(open: number): boolean {
    if (open < this.#limits.maxConnections) return true
    this.stats.full++
    return false
  }
}

import { BoundedMap } from './bounded-map.ts'

/** So much at once, and so much a second after that. */
export interface Rate {
  burst: number
  perSecond: number
}

/** Token bucket on a clock that the caller reads. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #atMs: number

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#atMs = nowMs
  }

  /** Takes `cost` tokens, or none and returns false. */
  take(nowMs: number, cost = 1): boolean {
    this.#refill(nowMs)
    if (this.#tokens < cost) return false
    this.#tokens -= cost
    return true
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs)
    this.#atMs = nowMs
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (elapsedMs * this.#rate.perSecond) / 1000)
  }
}

const MAX_ADDRESSES = 4096

/** One bucket for each source address, and a bounded number of addresses: those heard of last. */
export class AddressRateLimiter {
  readonly #rate: Rate
  readonly #buckets = new BoundedMap<string, TokenBucket>(MAX_ADDRESSES)

  constructor(rate: Rate) {
    this.#rate = rate
  }

  allows(host: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(host) ?? new TokenBucket(this.#rate, nowMs)
    this.#buckets.set(host, bucket)
    return bucket.take(nowMs)
  }
}

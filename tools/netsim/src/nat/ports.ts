import type { Random } from '../random.ts'
import type { PortAllocation } from './config.ts'

const RANDOM_TRIES = 32

/**
 * Chooses external ports. Well-known internal ports get well-known external ones and others do not (REQ-3a), so
 * every search stays within one of two ranges.
 */
export class PortAllocator {
  readonly #policy: PortAllocation
  readonly #random: Random
  readonly #taken: (port: number) => boolean
  /** Ports of the bindings that the last reboot forgot: they do not come back until the next one. */
  #retired: ReadonlySet<number> = new Set()
  #next: number

  constructor(policy: PortAllocation, random: Random, taken: (port: number) => boolean) {
    this.#policy = policy
    this.#random = random
    this.#taken = taken
    this.#next = this.#startingPort()
  }

  /** A free port for a binding of `internalPort`; undefined when none is left. */
  choose(internalPort: number): number | undefined {
    const low = internalPort < 1024 ? 1 : 1024
    const high = internalPort < 1024 ? 1023 : 65_535
    switch (this.#policy) {
      case 'preserving':
        return this.#scan(internalPort, low, high, 2) ?? this.#scan(internalPort ^ 1, low, high, 2)
      case 'sequential': {
        const port = this.#scan(low === 1 ? low : this.#next, low, high, 1)
        if (port !== undefined && low !== 1) this.#next = port === 65_535 ? 1024 : port + 1
        return port
      }
      case 'random': {
        for (let i = 0; i < RANDOM_TRIES; i++) {
          const port = low + Math.floor(this.#random() * (high - low + 1))
          if (this.#isFree(port)) return port
        }
        return this.#scan(low + Math.floor(this.#random() * (high - low + 1)), low, high, 1)
      }
    }
  }

  /** After a reboot the same internal endpoints must get other ports, or nobody would notice it. */
  retire(ports: Iterable<number>): void {
    this.#retired = new Set(ports)
    this.#next = this.#startingPort()
  }

  /** The first free port at or after `from`, in steps, around the end of the range once. */
  #scan(from: number, low: number, high: number, step: 1 | 2): number | undefined {
    const size = high - low + 1
    // An even step keeps the parity around the end too, where the range has an odd length.
    const span = step === 2 ? size - (size % 2) : size
    let port = Math.min(Math.max(from, low), high)
    for (let tried = 0; tried < size; tried += step) {
      if (port > 0 && this.#isFree(port)) return port
      port += step
      if (port > high) port -= span
      if (port < low) port += step
    }
    return undefined
  }

  #isFree(port: number): boolean {
    return !this.#taken(port) && !this.#retired.has(port)
  }

  #startingPort(): number {
    return 1024 + Math.floor(this.#random() * 64_512)
  }
}

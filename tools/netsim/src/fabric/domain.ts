import type { Nat } from '../nat/nat.ts'

/** Where routers of a domain complain from. */
export interface RouterAddress {
  v4: number
  v6: Uint8Array
}

/**
 * A domain of addresses that routers share: the core, or the inside of an operator's NAT. A destination is either
 * in one of its routes, or beyond its exit. `Edge` is what hangs on its access lines: a site.
 */
export class Domain<Edge> {
  readonly router: RouterAddress
  /** The way out, for all but the core. */
  readonly exit: { nat: Nat; outside: Domain<Edge> } | undefined
  /** Edges by the address of their router or host, and domains by the public address of their NAT. */
  readonly #routes = new Map<number, Edge | Domain<Edge>>()

  constructor(router: RouterAddress, exit?: { nat: Nat; outside: Domain<Edge> }) {
    this.router = router
    this.exit = exit
  }

  route(address: number): Edge | Domain<Edge> | undefined {
    return this.#routes.get(address)
  }

  add(address: number, target: Edge | Domain<Edge>): void {
    this.#routes.set(address, target)
  }

  remove(address: number): void {
    this.#routes.delete(address)
  }
}

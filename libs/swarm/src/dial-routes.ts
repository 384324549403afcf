import { type Address, formatAddress } from './address.ts'
import { BoundedMap } from './bounded-map.ts'

const MAX_KEYS = 256
/** Somebody who names more lists than these in one search is not followed. */
const MAX_LISTS = 8

interface Route {
  addresses: readonly Address[]
  /** All lists that were named since the latest link, the one that counts last. */
  lists: string[]
}

/**
 * Where the DHT says that a key can be reached: the latest list of addresses. Nodes of the DHT that were not told of a move
 * go on naming the list before it, so that each list counts once in a search.
 */
export class DialRoutes {
  /** Hex key first. */
  readonly #routes = new BoundedMap<string, Route>(MAX_KEYS)

  get(key: string): readonly Address[] {
    return this.#routes.get(key)?.addresses ?? []
  }

  /** Returns whether the key has moved: it had named others before. */
  learn(key: string, addresses: readonly Address[]): boolean {
    if (addresses.length === 0) return false
    const list = addresses.map(formatAddress).join()
    const known = this.#routes.get(key)
    if (known === undefined) {
      this.#routes.set(key, { addresses, lists: [list] })
      return false
    }
    if (known.lists.includes(list) || known.lists.length >= MAX_LISTS) return false
    known.addresses = addresses
    known.lists.push(list)
    return true
  }

  /** There is a link to this key: whatever it names from now on is news, unless it is what it named at the latest. */
  settle(key: string): void {
    const known = this.#routes.get(key)
    if (known !== undefined) known.lists = known.lists.slice(-1)
  }
}

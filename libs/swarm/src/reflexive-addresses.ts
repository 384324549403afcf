import { type Address, formatAddress, sameAddress } from './address.ts'

export interface ReachabilityChange {
  previous: Address
  current: Address
}

/** A relay that is asked, and what it said last. */
interface View {
  readonly relay: Address
  /** The server-reflexive address (RFC 8445) that it saw, undefined until it has answered. */
  seen: Address | undefined
  /** From which of its sockets the node asked: others have other ports. */
  firewalled: boolean
  /** Rounds in which others answered and it did not, since it is no relay of ours any more. */
  silentRounds: number
}

/** One time of asking all of them. */
export interface Round {
  readonly relays: readonly Address[]
  /** Before this round one of the present relays had answered: it tells of any move from here on. */
  readonly isAnchored: boolean
  readonly answered: Set<string>
}

const MAX_RELAYS = 16
const MAX_SILENT_ROUNDS = 10

/**
 * At which address each relay sees this node. On a bad line the announcer takes other relays, or none, just when the node
 * moves: a relay that is given up is asked until the present ones are known to say what it says.
 */
export class ReflexiveAddresses {
  /** By address of the relay, the one that has been there for longest first. */
  readonly #views = new Map<string, View>()
  #present = new Set<string>()

  /** @param present the relays that there are; none: those that were the last */
  begin(present: readonly Address[]): Round {
    if (present.length > 0) this.#present = new Set(present.map(formatAddress))
    for (const relay of present) this.#add(relay)
    const isAnchored = [...this.#views].some(
      ([key, { seen }]) => seen !== undefined && this.#present.has(key),
    )
    return { relays: [...this.#views.values()].map(({ relay }) => relay), isAnchored, answered: new Set() }
  }

  /** Returns the move that the answer tells of. */
  answer(
    round: Round,
    relay: Address,
    current: Address,
    firewalled: boolean,
  ): ReachabilityChange | undefined {
    const key = formatAddress(relay)
    const view = this.#views.get(key)
    if (view === undefined) return undefined
    round.answered.add(key)
    const previous = view.seen
    const isSameSocket = view.firewalled === firewalled
    view.seen = current
    view.firewalled = firewalled
    if (previous === undefined || sameAddress(previous, current)) return undefined
    // A node asks from another port as soon as it knows that it can be reached: that is no move.
    return isSameSocket || previous.host !== current.host ? { previous, current } : undefined
  }

  /** Nobody told of a move: lets go of relays that are no more, once one of the present ones takes their place. */
  settle({ isAnchored, answered }: Round): void {
    if (!isAnchored || answered.size === 0) return
    for (const [key, view] of this.#views) {
      if (this.#present.has(key)) view.silentRounds = 0
      else if (answered.has(key) || ++view.silentRounds >= MAX_SILENT_ROUNDS) this.#views.delete(key)
    }
  }

  /** Somebody told of a move: what those who have not answered yet would tell is the same one. */
  moved({ answered }: Round): void {
    for (const [key, view] of this.#views) if (!answered.has(key)) view.seen = undefined
  }

  clear(): void {
    this.#views.clear()
  }

  #add(relay: Address): void {
    const key = formatAddress(relay)
    if (this.#views.has(key)) return
    this.#views.set(key, { relay, seen: undefined, firewalled: true, silentRounds: 0 })
    if (this.#views.size <= MAX_RELAYS) return
    const oldest = [...this.#views.keys()].find((known) => !this.#present.has(known))
    if (oldest !== undefined) this.#views.delete(oldest)
  }
}

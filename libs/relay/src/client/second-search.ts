/** Refusals in a row after which the search rests, and how far its rest grows. */
const TRIES = 6
/** The one before which others are looked for. */
const SEARCH_TRY = 1
const FIRST_FACTOR = 0.5
const MAX_FACTOR = 16

/** Whoever was refused a second parent again and again asks ever less: where there is no room, all would ask. */
export class SecondSearch {
  /** Of the usual rest between two tries. */
  restFactor: number = FIRST_FACTOR
  readonly #search: () => void
  #tries = 0

  /** @param search looks others up */
  constructor(search: () => void) {
    this.#search = search
  }

  /** Called before each try. True: none now. */
  rests(): boolean {
    const tries = this.#tries++
    // Who was known is tried by then; a relay that has started anew is known to nobody.
    if (tries === SEARCH_TRY) this.#search()
    if (tries < TRIES) return false
    this.#tries = 0
    this.restFactor = Math.min(2 * this.restFactor, MAX_FACTOR)
    this.#search()
    return true
  }

  found(): void {
    this.#tries = 0
    this.restFactor = FIRST_FACTOR
  }
}

/** Deterministic numbers in 0..1 (Mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** In which order the entries of a playlist are played, pass after pass. */
export class PlayOrder {
  readonly #entries: number
  readonly #random: (() => number) | undefined
  #last: number | undefined

  /** @param seed of the shuffling: the same gives the same passes; undefined: not shuffled */
  constructor(entries: number, seed: number | undefined) {
    this.#entries = entries
    this.#random = seed === undefined ? undefined : seededRandom(seed)
  }

  /** Every entry once; shuffled, none follows itself over the seam of two passes. */
  nextPass(): number[] {
    const pass = Array.from({ length: this.#entries }, (_, i) => i)
    if (this.#random !== undefined) {
      shuffle(pass, this.#random)
      if (pass.length > 1 && pass[0] === this.#last) {
        swap(pass, 0, 1 + Math.floor(this.#random() * (pass.length - 1)))
      }
    }
    this.#last = pass.at(-1)
    return pass
  }
}

/** Fisher and Yates. */
function shuffle(items: number[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) swap(items, i, Math.floor(random() * (i + 1)))
}

function swap(items: number[], a: number, b: number): void {
  const [atA, atB] = [items[a], items[b]]
  if (atA === undefined || atB === undefined) return
  items[a] = atB
  items[b] = atA
}

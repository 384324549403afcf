/** Seeded damage: the same seed gives the same inputs, in the same order. */
export class Mutator {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** One of the genuine messages with one to four changes, at times another's end, or noise. */
  next(genuine: readonly Uint8Array[]): Uint8Array {
    if (this.#below(20) === 0) return this.#noise(this.#below(1500))
    let bytes = this.#pick(genuine)
    for (let i = this.#below(4); i >= 0; i--) bytes = this.#change(bytes, genuine)
    return bytes
  }

  #change(bytes: Uint8Array, genuine: readonly Uint8Array[]): Uint8Array {
    const at = this.#below(bytes.length + 1)
    switch (this.#below(9)) {
      case 0:
        return bytes.slice(0, at)
      case 1:
        return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1))
      case 2:
        return Uint8Array.of(...bytes.subarray(0, at), this.#below(256), ...bytes.subarray(at))
      case 3:
        return Uint8Array.of(...bytes, ...this.#noise(1 + this.#below(16)))
      case 4: {
        const other = this.#pick(genuine)
        return Uint8Array.of(...bytes.subarray(0, at), ...other.subarray(this.#below(other.length + 1)))
      }
      case 5:
        return this.#with(bytes, at, this.#extreme())
      case 6:
        return this.#with(bytes, at, (bytes[at] ?? 0) ^ (1 << this.#below(8)))
      default:
        return this.#with(bytes, at, this.#below(256))
    }
  }

  /** Values at which lengths and numbers turn over. */
  #extreme(): number {
    return [0, 1, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff][this.#below(8)] ?? 0
  }

  #with(bytes: Uint8Array, at: number, value: number): Uint8Array {
    const changed = bytes.slice()
    changed[at] = value
    return changed
  }

  #noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#below(256))
  }

  #pick(from: readonly Uint8Array[]): Uint8Array {
    return from[this.#below(from.length)] ?? new Uint8Array(0)
  }

  /** mulberry32, as an integer below n. */
  #below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n)
  }
}

/** What happens in a world, as it goes into the hash. */
export type EventKind =
  'join' | 'leave' | 'vanish' | 'message' | 'up' | 'down' | 'parent' | 'serve' | 'first-sound' | 'fault'

const CODES: Readonly<Record<EventKind, number>> = {
  join: 1,
  leave: 2,
  vanish: 3,
  message: 4,
  up: 5,
  down: 6,
  parent: 7,
  serve: 8,
  'first-sound': 9,
  fault: 10,
}

/**
 * A running hash of everything that happens: two runs are the same if this is. Not kept, because a run of 100 000
 * peers has some hundred million events. Two lanes of 32 bits, mixed as in murmur3; not for enemies.
 */
export class EventLog {
  count = 0
  #a = 0x9747_b28c
  #b = 0x3c6e_f372

  note(atMs: number, kind: EventKind, who: number, whom = 0): void {
    this.count++
    this.#mix(atMs)
    this.#mix(CODES[kind])
    this.#mix(who)
    this.#mix(whom)
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return [this.#a, this.#b]
      .map((lane) => (finish(lane ^ this.count) >>> 0).toString(16).padStart(8, '0'))
      .join('')
  }

  #mix(value: number): void {
    const k = Math.imul(value | 0, 0xcc9e_2d51)
    this.#a = (Math.imul(this.#a ^ ((k << 15) | (k >>> 17)), 0x1b87_3593) + 0xe654_6b64) | 0
    this.#b = (Math.imul(((this.#b << 13) | (this.#b >>> 19)) ^ value, 0x85eb_ca6b) + 0x27d4_eb2f) | 0
  }
}

function finish(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return h ^ (h >>> 16)
}

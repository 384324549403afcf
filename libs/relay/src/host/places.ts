import { stays } from './admission.ts'
import type { ChildPlace } from './child-place.ts'

/** Those who have a place here, and what is asked of all of them together again and again. */
export class Places {
  readonly #all = new Map<string, ChildPlace>()
  /** When the first place ends; undefined when that is to be looked up again. Asked for at every input. */
  #endsMs: number | undefined
  /** Under which those with a place can be dialled; undefined as above. Asked of everybody who is named. */
  #keys: Set<string> | undefined

  get size(): number {
    return this.#all.size
  }

  /** `key`: of its link. */
  get(key: string): ChildPlace | undefined {
    return this.#all.get(key)
  }

  has(key: string): boolean {
    return this.#all.has(key)
  }

  values(): IterableIterator<ChildPlace> {
    return this.#all.values()
  }

  add(place: ChildPlace): void {
    this.#all.set(place.key, place)
    this.timesChanged()
    this.keysChanged()
  }

  delete(key: string): void {
    this.#all.delete(key)
    this.timesChanged()
    this.keysChanged()
  }

  /** One of them ends earlier or later than before. */
  timesChanged(): void {
    this.#endsMs = undefined
  }

  /** One of them can be dialled under another key. */
  keysChanged(): void {
    this.#keys = undefined
  }

  /** When the first one ends, or is to be seen whether it has to make way. */
  get nextMs(): number {
    this.#endsMs ??= this.#firstEndMs()
    return this.#endsMs
  }

  /** `key`: under which it can be dialled. */
  feeds(key: string): boolean {
    if (this.#all.size === 0) return false
    this.#keys ??= this.#lookUpKeys()
    return this.#keys.has(key)
  }

  /** Who gets audio, and stays. */
  active(): ChildPlace[] {
    return [...this.#all.values()].filter(isActive)
  }

  /** How many these are. */
  get activeCount(): number {
    let count = 0
    for (const place of this.#all.values()) if (isActive(place)) count++
    return count
  }

  /** How many get audio, those on the move included. */
  get sendingCount(): number {
    let count = 0
    for (const { standby } of this.#all.values()) if (!standby) count++
    return count
  }

  #firstEndMs(): number {
    let first = Infinity
    for (const { endMs, yieldMs } of this.#all.values()) first = Math.min(first, endMs, yieldMs)
    return first
  }

  #lookUpKeys(): Set<string> {
    const keys = new Set<string>()
    for (const { at } of this.#all.values()) if (at !== undefined) keys.add(at)
    return keys
  }
}

/** It gets audio, and stays. */
export function isActive(place: ChildPlace): boolean {
  return !place.standby && stays(place)
}

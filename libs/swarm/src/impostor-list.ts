import { BoundedMap } from './bounded-map.ts'

/** An impostor may be an honest station in a strange state, so he is tried again after this long, ms. */
const REST_MS = 60_000
const MAX_KEYS = 1024

/** Keys that claimed a station and could not prove it. */
export class ImpostorList {
  readonly #sinceMs = new BoundedMap<string, number>(MAX_KEYS)

  add(key: string, nowMs: number): void {
    this.#sinceMs.set(key, nowMs)
  }

  has(key: string, nowMs: number): boolean {
    const sinceMs = this.#sinceMs.get(key)
    // Nor longer when the clock was set back meanwhile.
    return sinceMs !== undefined && Math.abs(nowMs - sinceMs) < REST_MS
  }
}

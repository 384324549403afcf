import { RtcError } from './errors.ts'

/** Loads a stack at its first use, and remembers how that went. */
export class ModuleLoader<T> {
  readonly #name: string
  readonly #load: () => T
  #loaded: { module: T } | undefined
  #failure: RtcError | undefined

  constructor(name: string, load: () => T) {
    this.#name = name
    this.#load = load
  }

  /** @throws RtcError NATIVE_MISSING */
  get(): T {
    if (this.#loaded) return this.#loaded.module
    if (this.#failure) throw this.#failure
    try {
      const module = this.#load()
      this.#loaded = { module }
      return module
    } catch (error) {
      this.#failure = RtcError.nativeMissing(missingReason(this.#name, error))
      throw this.#failure
    }
  }

  /** The module when something has used it already. */
  get loaded(): T | undefined {
    return this.#loaded?.module
  }
}

function missingReason(name: string, error: unknown): string {
  const detail = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
  return (
    `WebRTC is not available: ${name} could not be loaded for ${process.platform}-${process.arch}` +
    ` (${detail.slice(0, 200)}); install pearcast again with optional dependencies, or use the swarm path only (--path swarm)`
  )
}

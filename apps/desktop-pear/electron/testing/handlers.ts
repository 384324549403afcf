type Handler = (...args: never[]) => unknown

/** Every function that the app gave to Electron, by what would call it; and whether a test did. */
export class Handlers {
  readonly #handlers = new Map<string, Handler[]>()
  readonly #reached = new Set<string>()

  add(name: string, handler: Handler): void {
    this.#handlers.set(name, [...(this.#handlers.get(name) ?? []), handler])
  }

  /** A window or a menu that was made anew has handlers of its own. */
  replace(name: string, handler: Handler): void {
    this.#handlers.set(name, [handler])
  }

  remove(name: string): void {
    this.#handlers.delete(name)
  }

  has(name: string): boolean {
    return this.#handlers.has(name)
  }

  /** Calls what was given for it, as Electron would. @returns what the last one returned */
  call(name: string, ...args: unknown[]): unknown {
    const handlers = this.#handlers.get(name)
    if (handlers === undefined) throw new Error(`the app gave nothing for "${name}"`)
    this.#reached.add(name)
    return handlers.map((handler) => Reflect.apply(handler, undefined, args)).at(-1)
  }

  names(): string[] {
    return [...this.#handlers.keys()]
  }

  reached(): string[] {
    return [...this.#reached]
  }
}

/** What the app gave to Electron in any of them, and no test called in any of them: code that nobody has seen run. */
export function unreached(all: readonly Handlers[]): string[] {
  const reached = new Set(all.flatMap((each) => each.reached()))
  return [...new Set(all.flatMap((each) => each.names()))].filter((name) => !reached.has(name))
}

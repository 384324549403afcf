import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { end, spawnPinned } from './pinned.ts'

/** What a process lets its parent call: arguments and results are data. */
type Calls = object
type Call = (...args: never[]) => unknown

/** The same calls from the outside. */
export type Remote<T extends Calls> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never
}

type Message =
  | { kind: 'call'; id: number; name: string; args: unknown[] }
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; message: string }
  | { kind: 'news'; args: never[] }

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** In the child: answers until the parent goes away. */
export function serve(calls: Calls): void {
  process.on('disconnect', () => process.exit())
  process.on('message', (message: Message) => {
    if (message.kind === 'call') void answer(calls, message)
  })
}

/** In the child: what the parent is told unasked. */
export function tell(...args: readonly unknown[]): void {
  process.send?.({ kind: 'news', args })
}

async function answer(calls: Calls, { id, name, args }: Message & { kind: 'call' }): Promise<void> {
  try {
    // The edge: a name and data from the other process, whose types `Remote` has checked.
    const call: Call = Reflect.get(calls, name)
    process.send?.({ kind: 'result', id, value: await Reflect.apply(call, calls, args) })
  } catch (error) {
    process.send?.({
      kind: 'error',
      id,
      message: error instanceof Error ? (error.stack ?? '') : String(error),
    })
  }
}

/** A process of this project that serves one endpoint. */
export class Endpoint<T extends Calls> {
  readonly child: ChildProcess
  readonly call: Remote<T>
  onNews: ((...args: never[]) => void) | undefined
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #id = 0

  constructor(core: number, name: string) {
    this.child = spawnPinned(core, process.execPath, [MAIN, 'endpoint', name], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.child.on('message', (message: Message) => this.#onMessage(message))
    this.child.once('exit', (code, signal) => this.#onExit(`${name} ended with ${code ?? signal}`))
    // Whatever is called goes to the child; `Remote` says what it has.
    this.call = new Proxy(Object.create(null), {
      get:
        (_, called: string) =>
        (...args: unknown[]) =>
          this.#call(called, args),
    })
  }

  close(): Promise<void> {
    return end(this.child)
  }

  #call(name: string, args: unknown[]): Promise<unknown> {
    const id = this.#id++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.child.send({ kind: 'call', id, name, args }, (error) => error && reject(error))
    })
  }

  #onMessage(message: Message): void {
    if (message.kind === 'news') return this.onNews?.(...message.args)
    if (message.kind === 'call') return
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.kind === 'result') waiting?.resolve(message.value)
    else waiting?.reject(new Error(message.message))
  }

  #onExit(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason))
    this.#waiting.clear()
  }
}

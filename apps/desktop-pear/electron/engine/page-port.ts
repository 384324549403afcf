import type { EnginePort, EngineState, FromEngine } from '@pearcast/engine/schema'

/** A MessagePort of Electron, as the engine's process has it. */
export interface RawPort {
  postMessage(message: unknown): void
  start(): void
  close(): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
}

/** Ids of commands that the main process gave; a page counts from 1. */
export const FIRST_OWN_ID = 1e12

/**
 * The port of a page: strings and bytes go through it, bare numbers tell how many bytes the other side has taken, for a
 * MessagePort does not know what waits in it. Without a page it swallows what it is sent, and still tells of the state.
 */
export class PagePort implements EnginePort {
  onmessage: EnginePort['onmessage']
  onclose: EnginePort['onclose']
  readonly #raw: RawPort | undefined
  readonly #onState: (state: EngineState) => void
  #sentBytes = 0
  #acknowledgedBytes = 0
  #takenBytes = 0

  constructor(raw: RawPort | undefined, onState: (state: EngineState) => void) {
    this.#raw = raw
    this.#onState = onState
    raw?.on('message', ({ data }) => this.#take(data))
    raw?.on('close', () => this.onclose?.())
    raw?.start()
  }

  get bufferedBytes(): number {
    return this.#sentBytes - this.#acknowledgedBytes
  }

  send(message: string | Uint8Array): void {
    if (typeof message === 'string') return this.#sendText(message)
    if (this.#raw === undefined) return
    this.#sentBytes += message.length
    // A view is cloned with all of the memory that it is a part of: for a Buffer that is a whole pool.
    const isWhole = message.byteLength === message.buffer.byteLength && !Buffer.isBuffer(message)
    this.#raw.postMessage(isWhole ? message : new Uint8Array(message))
  }

  close(): void {
    this.#raw?.close()
  }

  /** To the page only. */
  tell(message: FromEngine): void {
    this.#raw?.postMessage(JSON.stringify(message))
  }

  #sendText(text: string): void {
    const message: FromEngine = JSON.parse(text)
    if (message.type === 'reply' && message.id >= FIRST_OWN_ID) return
    if (message.type === 'hello' || message.type === 'state') this.#onState(message.state)
    this.#raw?.postMessage(text)
  }

  #take(data: unknown): void {
    if (typeof data === 'number') {
      this.#acknowledgedBytes = data
      return
    }
    if (data instanceof Uint8Array) {
      this.#takenBytes += data.length
      this.#raw?.postMessage(this.#takenBytes)
    }
    if (typeof data === 'string' || data instanceof Uint8Array) this.onmessage?.(data)
  }
}

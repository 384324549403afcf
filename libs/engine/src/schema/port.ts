/** Changes when a page of before would misunderstand: the page then asks to be reloaded. */
export const SCHEMA_VERSION = 1

/**
 * One page and its engine: text is JSON (`FromPage`, `FromEngine`), bytes are media. A WebSocket in a browser tab, a
 * MessagePort in a desktop window. Messages arrive whole and in order.
 */
export interface EnginePort {
  send(message: string | Uint8Array): void
  /** Bytes sent and not yet on their way. */
  readonly bufferedBytes: number
  onmessage: ((message: string | Uint8Array) => void) | undefined
  onclose: (() => void) | undefined
  close(reason?: 'replaced'): void
}

import type { Bytes } from '../source/bytes.ts'

/** A file that is only an array; counts what was read of it. */
export class MemoryBytes implements Bytes {
  readonly name: string
  readonly size: number
  /** the longest piece asked for at once */
  longestRead = 0
  closed = false
  readonly #content: Uint8Array

  constructor(content: Uint8Array, name = 'memory') {
    this.name = name
    this.size = content.length
    this.#content = content
  }

  readAt(offset: number, length: number): Promise<Uint8Array> {
    const piece = this.#content.slice(offset, offset + length)
    this.longestRead = Math.max(this.longestRead, piece.length)
    return Promise.resolve(piece)
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }
}

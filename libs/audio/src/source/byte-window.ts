import type { Bytes } from './bytes.ts'

const CHUNK_BYTES = 64 * 1024

/** Reads `Bytes` front to back through one buffered piece, so that a parser may ask for a few bytes at a time. */
export class ByteWindow {
  readonly size: number
  readonly #bytes: Bytes
  #chunk: Uint8Array = new Uint8Array(0)
  #chunkAt = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
    this.size = bytes.size
  }

  /** @returns `length` bytes from `offset`, fewer at the end of the file; a view that stays valid */
  async at(offset: number, length: number): Promise<Uint8Array> {
    if (offset < this.#chunkAt || offset + length > this.#chunkAt + this.#chunk.length) {
      this.#chunk = await this.#bytes.readAt(offset, Math.max(CHUNK_BYTES, length))
      this.#chunkAt = offset
    }
    const from = offset - this.#chunkAt
    return this.#chunk.subarray(from, from + length)
  }
}

import type { Readable } from 'node:stream'

/** Pulls a stream piece by piece: what is not asked for stays in the pipe, and holds its writer up. */
export class ByteReader {
  readonly #stream: Readable
  readonly #pieces: AsyncIterator<unknown>
  #cancelled: () => void = () => undefined
  readonly #cancellation: Promise<undefined>

  constructor(stream: Readable) {
    this.#stream = stream
    this.#pieces = stream[Symbol.asyncIterator]()
    this.#cancellation = new Promise((resolve) => (this.#cancelled = () => resolve(undefined)))
  }

  /** @returns undefined at the end and after `cancel`. @throws what the stream fails with */
  next(): Promise<Uint8Array | undefined> {
    return Promise.race([this.#next(), this.#cancellation])
  }

  /** Ends a read under way and closes the stream. */
  cancel(): void {
    this.#cancelled()
    this.#stream.destroy()
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const { value } = await this.#pieces.next()
      return value instanceof Uint8Array ? value : undefined
    } catch (error) {
      // To destroy a stream that is being read is an error of the iterator.
      if (this.#stream.destroyed && this.#stream.errored === null) return undefined
      throw error
    }
  }
}

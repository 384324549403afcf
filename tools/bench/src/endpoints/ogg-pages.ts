/** RFC 3533 section 6. */
const HEADER_BYTES = 27
const SEQUENCE_AT = 18
const SEGMENTS_AT = 26
const CAPTURE_PATTERN = Buffer.from('OggS')

/** Finds the pages in a stream that comes in pieces, behind the header of an HTTP answer. */
export class OggPages {
  #rest: Buffer = Buffer.alloc(0)
  readonly #onPage: (sequence: number) => void

  constructor(onPage: (sequence: number) => void) {
    this.#onPage = onPage
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    for (let page = this.#next(); page !== undefined; page = this.#next()) {
      this.#onPage(page.readUInt32LE(SEQUENCE_AT))
    }
  }

  #next(): Buffer | undefined {
    const at = this.#rest.indexOf(CAPTURE_PATTERN)
    if (at < 0) return undefined
    const segments = this.#rest[at + SEGMENTS_AT]
    if (segments === undefined || this.#rest.length < at + HEADER_BYTES + segments) return undefined
    let end = at + HEADER_BYTES + segments
    for (let i = 0; i < segments; i++) end += this.#rest[at + HEADER_BYTES + i] ?? 0
    if (this.#rest.length < end) return undefined
    const page = this.#rest.subarray(at, end)
    this.#rest = this.#rest.subarray(end)
    return page
  }
}

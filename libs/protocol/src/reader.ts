import { readU32, readU48 } from './bytes.ts'
import { ProtocolError, type WireArea } from './errors.ts'
import { isPlainLine } from './text.ts'
import { decodeUtf8 } from './utf8.ts'

/**
 * Reads one message field by field. Every read is bounded before anything is allocated, byte fields are copied
 * out (a message outlives the buffer it came in), and `end` refuses bytes left over.
 */
export class Reader {
  readonly #area: WireArea
  readonly #bytes: Uint8Array
  #at = 0

  constructor(area: WireArea, bytes: Uint8Array) {
    this.#area = area
    this.#bytes = bytes
  }

  u8(what: string, min = 0, max = 0xff): number {
    const at = this.#take(1, what)
    return this.#within(what, this.#bytes[at] ?? 0, min, max)
  }

  u32(what: string): number {
    return readU32(this.#bytes, this.#take(4, what))
  }

  u48(what: string): number {
    return readU48(this.#bytes, this.#take(6, what))
  }

  /** A variable-length integer as in compact-encoding: one byte, or 0xfd/0xfe/0xff and 2/4/8 little-endian bytes. */
  uint(what: string, min: number, max: number): number {
    const first = this.#bytes[this.#take(1, what)] ?? 0
    if (first < 0xfd) return this.#within(what, first, min, max)
    const length = 2 << (first - 0xfd)
    const at = this.#take(length, what)
    let value = 0
    for (let i = length - 1; i >= 0; i--) value = value * 0x100 + (this.#bytes[at + i] ?? 0)
    const smallest = first === 0xfd ? 0xfd : first === 0xfe ? 0x1_0000 : 0x1_0000_0000
    if (value < smallest) throw this.value(`${what} is not in its shortest form`)
    return this.#within(what, value, min, max)
  }

  fixed(what: string, length: number): Uint8Array {
    const at = this.#take(length, what)
    // Not `slice`: what the network hands over is often a Buffer, whose slice is a view of the same memory.
    return new Uint8Array(this.#bytes.subarray(at, at + length))
  }

  /** A length and that many bytes. */
  bytes(what: string, min: number, max: number): Uint8Array {
    return this.fixed(what, this.uint(`length of ${what}`, min, max))
  }

  /** A length and that many bytes of UTF-8, any characters. */
  text(what: string, min: number, max: number): string {
    const text = decodeUtf8(this.bytes(what, min, max))
    if (text === undefined) throw this.value(`${what} is not UTF-8`)
    return text
  }

  /** Text for people: one line without control characters. */
  line(what: string, max: number): string {
    const text = this.text(what, 0, max)
    if (!isPlainLine(text)) throw this.value(`${what} contains control characters`)
    return text
  }

  /** One byte that is an index into a list of names. */
  choice<T extends string>(what: string, names: readonly T[]): T {
    const index = this.u8(what)
    const name = names[index]
    if (name === undefined) throw this.value(`${what} has the unknown value ${index}`)
    return name
  }

  end(): void {
    const left = this.#bytes.length - this.#at
    if (left > 0) throw ProtocolError.wrongLength(this.#area, `${left} bytes are left over`)
  }

  value(what: string): ProtocolError {
    return ProtocolError.value(this.#area, what)
  }

  #take(length: number, what: string): number {
    const at = this.#at
    if (at + length > this.#bytes.length)
      throw ProtocolError.wrongLength(this.#area, `the bytes end within ${what}`)
    this.#at = at + length
    return at
  }

  #within(what: string, value: number, min: number, max: number): number {
    if (value < min || value > max) throw this.value(`${what} is ${value}, allowed are ${min} to ${max}`)
    return value
  }
}

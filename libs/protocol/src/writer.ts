import { MAX_U32, MAX_U48, requireBytes, requireInteger, writeU32, writeU48 } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { toPlainLine } from './text.ts'
import { encodeUtf8 } from './utf8.ts'

/** Builds one message field by field, the counterpart of `Reader`. Refuses values that do not fit their field. */
export class Writer {
  #bytes: Uint8Array = new Uint8Array(512)
  #length = 0

  u8(what: string, value: number, min = 0, max = 0xff): this {
    requireInteger(what, value, min, max)
    this.#bytes[this.#grow(1)] = value
    return this
  }

  u32(what: string, value: number): this {
    requireInteger(what, value, 0, MAX_U32)
    const at = this.#grow(4)
    writeU32(this.#bytes, at, value)
    return this
  }

  u48(what: string, value: number): this {
    requireInteger(what, value, 0, MAX_U48)
    const at = this.#grow(6)
    writeU48(this.#bytes, at, value)
    return this
  }

  uint(what: string, value: number, min: number, max: number): this {
    requireInteger(what, value, min, max)
    if (value < 0xfd) return this.#littleEndian(value, 1)
    const width = value <= 0xffff ? 2 : value <= MAX_U32 ? 4 : 8
    this.#littleEndian(width === 2 ? 0xfd : width === 4 ? 0xfe : 0xff, 1)
    return this.#littleEndian(value, width)
  }

  fixed(what: string, bytes: Uint8Array, length: number): this {
    requireBytes(what, bytes, length)
    const at = this.#grow(length)
    this.#bytes.set(bytes, at)
    return this
  }

  bytes(what: string, bytes: Uint8Array, min: number, max: number): this {
    if (bytes.length < min || bytes.length > max)
      throw ProtocolError.bytes(what, `${min} to ${max}`, bytes.length)
    return this.uint(what, bytes.length, min, max).fixed(what, bytes, bytes.length)
  }

  text(what: string, text: string, min: number, max: number): this {
    return this.bytes(what, encodeUtf8(text), min, max)
  }

  /** Text for people is made to fit instead of refused: a tag with a line feed must not stop a station. */
  line(what: string, text: string, max: number): this {
    return this.text(what, toPlainLine(text, max), 0, max)
  }

  choice<T extends string>(what: string, names: readonly T[], name: T): this {
    return this.u8(what, names.indexOf(name), 0, names.length - 1)
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #littleEndian(value: number, width: number): this {
    const at = this.#grow(width)
    for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 0x100)) this.#bytes[at + i] = rest
    return this
  }

  #grow(length: number): number {
    const at = this.#length
    this.#length = at + length
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return at
  }
}

import { ProtocolError } from './errors.ts'

/**
 * Big-endian integers at an offset, without a DataView: these run for every frame of every listener. The
 * caller has checked the bounds. A store into a Uint8Array truncates and keeps the low 8 bits by itself.
 */

export const MAX_U16 = 0xffff
export const MAX_U32 = 0xffff_ffff
export const MAX_U48 = 0xffff_ffff_ffff

export function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

export function readU32(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * 0x1_0000 + readU16(bytes, at + 2)
}

export function readU48(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 2)
}

/** An unsigned 64-bit integer as a number: above 2^53 - 1 only its magnitude can be trusted, so check it. */
export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 4)
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value / 0x100_0000
  bytes[at + 1] = value / 0x1_0000
  bytes[at + 2] = value / 0x100
  bytes[at + 3] = value
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, (value / 0x1_0000_0000) & 0xffff)
  writeU32(bytes, at + 2, value % 0x1_0000_0000)
}

export function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, value / 0x1_0000_0000)
  writeU32(bytes, at + 4, value % 0x1_0000_0000)
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Equality of public bytes; secrets are compared with `sodium_memcmp`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** Throws VALUE_BYTES unless a caller's parameter has exactly the field's length. */
export function requireBytes(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw ProtocolError.bytes(what, length, bytes.length)
}

/** Throws VALUE_RANGE unless a caller's parameter is an integer that the field can hold. */
export function requireInteger(what: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) throw ProtocolError.range(what, min, max, value)
}

import { requireBytes } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import type { Sodium } from './sodium.ts'

export const KEY_BYTES = 32
export const SECRET_KEY_BYTES = 64
export const SEED_BYTES = 32
export const SIGNATURE_BYTES = 64

/** Ed25519: 32 bytes public, 64 bytes secret (seed and public key, as libsodium stores it). */
export interface KeyPair {
  publicKey: Uint8Array
  secretKey: Uint8Array
}

/** The same 32-byte seed always gives the same pair. */
export function keyPairFromSeed(sodium: Sodium, seed: Uint8Array): KeyPair {
  requireBytes('the seed', seed, SEED_BYTES)
  const publicKey = new Uint8Array(KEY_BYTES)
  const secretKey = new Uint8Array(SECRET_KEY_BYTES)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return { publicKey, secretKey }
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += KEY_BYTES) text += digitsOf(bytes, at)
  return text
}

/** Of a key at once: a string that is put together digit by digit is kept in pieces, and slow to look up. */
function digitsOf(bytes: Uint8Array, from: number): string {
  const length = Math.min(bytes.length - from, KEY_BYTES)
  const codes = new Array<number>(2 * length)
  for (let i = 0; i < length; i++) {
    const byte = bytes[from + i] ?? 0
    codes[2 * i] = DIGITS.charCodeAt(byte >> 4)
    codes[2 * i + 1] = DIGITS.charCodeAt(byte & 15)
  }
  return String.fromCharCode(...codes)
}

/** Throws HEX for an odd length or any character that is not a hexadecimal digit. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw ProtocolError.hex(`${text.length} digits are an odd number`)
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = digit(text, 2 * i) * 16 + digit(text, 2 * i + 1)
  }
  return bytes
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  // Letters of both cases.
  const letter = (code | 0x20) - 0x61
  if (letter >= 0 && letter < 6 && code < 0x80) return letter + 10
  throw ProtocolError.hex(`position ${at + 1} holds ${JSON.stringify(text.at(at))}`)
}

const DIGITS = '0123456789abcdef'

/** A short id for people and logs: the first 8 hexadecimal digits. Never used to decide anything. */
export function keyId(publicKey: Uint8Array): string {
  return toHex(publicKey.subarray(0, 4))
}

export function sign(sodium: Sodium, message: Uint8Array, secretKey: Uint8Array): Uint8Array {
  requireBytes('the secret key', secretKey, SECRET_KEY_BYTES)
  const signature = new Uint8Array(SIGNATURE_BYTES)
  sodium.crypto_sign_detached(signature, message, secretKey)
  return signature
}

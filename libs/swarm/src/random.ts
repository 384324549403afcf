import { randombytes_buf } from 'sodium-universal'

/** Bytes for keys, from the operating system. */
export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  randombytes_buf(bytes)
  return bytes
}

import { get16, put16 } from './bytes.ts'

/** The ones' complement sum of RFC 1071 over a range, unfolded and not complemented. */
export function sum16(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let sum = start
  for (let at = from; at + 1 < to; at += 2) sum += get16(bytes, at)
  if (((to - from) & 1) === 1) sum += (bytes[to - 1] ?? 0) << 8
  return sum
}

/** Fold a sum to 16 bits and complement it: the value a checksum field carries. */
export function finish(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000)
  return ~folded & 0xffff
}

/** What replacing a 16-bit field adds to a sum: `~m + m'` of RFC 1624, equation 3. */
export function delta16(from: number, to: number): number {
  return (~from & 0xffff) + to
}

export function delta32(from: number, to: number): number {
  return delta16(from >>> 16, to >>> 16) + delta16(from & 0xffff, to & 0xffff)
}

/** Apply the collected deltas to the checksum at `at`: `HC' = ~(~HC + ~m + m')` (RFC 1624). */
export function applyDelta(bytes: Uint8Array, at: number, delta: number): void {
  put16(bytes, at, finish((~get16(bytes, at) & 0xffff) + delta))
}

/**
 * The same for UDP over IPv4, where 0 on the wire means "not computed" (RFC 768): such a packet stays without
 * one, and a computed 0 is sent as 0xffff.
 */
export function applyUdpDelta(bytes: Uint8Array, at: number, delta: number): void {
  const before = get16(bytes, at)
  if (before === 0) return
  const after = finish((~before & 0xffff) + delta)
  put16(bytes, at, after === 0 ? 0xffff : after)
}

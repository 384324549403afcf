import { expect, test } from 'vitest'
import { udp } from '../testing/packets.ts'
import { get16 } from './bytes.ts'
import { fragmentIpv4 } from './fragment.ts'
import { PacketView } from './packet.ts'
import { checksumsAreRight } from './verify.ts'

function cut(packet: Uint8Array, mtuBytes: number): Uint8Array[] {
  const view = new PacketView()
  expect(view.parse(packet)).toBe(true)
  return fragmentIpv4(view, mtuBytes)
}

const offsetOf = (piece: Uint8Array): number => (get16(piece, 6) & 0x1fff) * 8
const hasMore = (piece: Uint8Array): boolean => (get16(piece, 6) & 0x2000) !== 0

test('pieces, cut again, put together are the datagram (RFC 791 §3.2)', () => {
  const payload = Uint8Array.from({ length: 3001 }, (_, i) => i % 251)
  const packet = udp('5.1.0.2:1', '5.1.1.2:2', { payload, dontFragment: false, identification: 3 })
  const pieces = cut(packet, 1400).flatMap((piece) => (piece.length > 700 ? cut(piece, 700) : [piece]))
  const whole = new Uint8Array(packet.length)
  whole.set(packet.subarray(0, 20))
  for (const piece of pieces) {
    expect(piece.length).toBeLessThanOrEqual(700)
    expect(checksumsAreRight(piece)).toBe(true)
    whole.set(piece.subarray(20), 20 + offsetOf(piece))
  }
  expect(whole).toEqual(packet)
  expect(pieces.map(hasMore)).toEqual(pieces.map((_, i) => i < pieces.length - 1))
})

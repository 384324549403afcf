import { get16, put16 } from './bytes.ts'
import { finish, sum16 } from './checksum.ts'
import type { PacketView } from './packet.ts'

/** Cut an IPv4 packet that may be cut into pieces of at most `mtuBytes`, in order (RFC 791 §3.2, RFC 4787 REQ-13a). */
export function fragmentIpv4(view: PacketView, mtuBytes: number): Uint8Array[] {
  const { bytes, transport: headerBytes } = view
  const flags = get16(bytes, 6)
  const perPiece = Math.floor((mtuBytes - headerBytes) / 8) * 8
  const pieces: Uint8Array[] = []
  for (let from = headerBytes; from < bytes.length; from += perPiece) {
    const to = Math.min(from + perPiece, bytes.length)
    const piece = new Uint8Array(headerBytes + to - from)
    piece.set(bytes.subarray(0, headerBytes))
    piece.set(bytes.subarray(from, to), headerBytes)
    const offset = (flags & 0x1fff) + (from - headerBytes) / 8
    const more = to < bytes.length ? 0x2000 : flags & 0x2000
    put16(piece, 2, piece.length)
    put16(piece, 6, more | offset)
    put16(piece, 10, 0)
    put16(piece, 10, finish(sum16(piece, 0, headerBytes)))
    pieces.push(piece)
  }
  return pieces
}

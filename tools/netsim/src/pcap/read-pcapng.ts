import { DIRECTION } from './pcapng.ts'

export interface ReadPacket {
  bytes: Uint8Array
  unixMs: number
  direction: keyof typeof DIRECTION
}

export interface ReadFile {
  linkType: number
  interfaceName: string
  description: string
  packets: ReadPacket[]
}

/** What a capture holds, for tests and for what is measured on the wire: by the rules of the format; throws where they are broken. */
export function readPcapng(file: Uint8Array): ReadFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const read: ReadFile = { linkType: -1, interfaceName: '', description: '', packets: [] }
  for (let at = 0; at < file.length;) {
    const type = view.getUint32(at, true)
    const length = view.getUint32(at + 4, true)
    if (length % 4 !== 0 || at + length > file.length) throw new Error(`a block of ${length} bytes at ${at}`)
    if (view.getUint32(at + length - 4, true) !== length) throw new Error(`two lengths at ${at}`)
    if (at === 0 && (type !== 0x0a0d_0d0a || view.getUint32(8, true) !== 0x1a2b_3c4d))
      throw new Error('no section')
    if (type === 1) {
      read.linkType = view.getUint16(at + 8, true)
      const options = optionsAt(view, at + 16, at + length - 4)
      read.interfaceName = textOf(options.get(2))
      read.description = textOf(options.get(3))
    }
    if (type === 6) read.packets.push(packetAt(view, file, at, length))
    at += length
  }
  return read
}

function packetAt(view: DataView, file: Uint8Array, at: number, length: number): ReadPacket {
  const us = view.getUint32(at + 12, true) * 2 ** 32 + view.getUint32(at + 16, true)
  const captured = view.getUint32(at + 20, true)
  if (captured !== view.getUint32(at + 24, true)) throw new Error('a packet that was cut')
  const data = at + 28
  const options = optionsAt(view, data + Math.ceil(captured / 4) * 4, at + length - 4)
  const flags = options.get(2)?.[0]
  const direction = flags === DIRECTION.in ? 'in' : 'out'
  return { bytes: Uint8Array.from(file.subarray(data, data + captured)), unixMs: us / 1000, direction }
}

function optionsAt(view: DataView, from: number, to: number): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>()
  for (let at = from; at < to;) {
    const code = view.getUint16(at, true)
    const length = view.getUint16(at + 2, true)
    if (code === 0) {
      if (at + 4 !== to) throw new Error('something follows the end of the options')
      return options
    }
    options.set(code, new Uint8Array(view.buffer, view.byteOffset + at + 4, length))
    at += 4 + Math.ceil(length / 4) * 4
  }
  throw new Error('options without an end')
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes)
}

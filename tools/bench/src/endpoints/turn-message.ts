import { randomBytes } from 'node:crypto'

/** The few messages of TURN (RFC 8656) that a relayed packet takes. */
const MAGIC = 0x2112_a442
const HEADER_BYTES = 20
const ALLOCATE = 0x0003
const CHANNEL_BIND = 0x0009
const REQUESTED_TRANSPORT = 0x0019
const XOR_RELAYED_ADDRESS = 0x0016
const CHANNEL_NUMBER = 0x000c
const XOR_PEER_ADDRESS = 0x0012
const UDP = 17
const CHANNEL = 0x4000
export const CHANNEL_HEADER_BYTES = 4

export function allocate(): Buffer {
  return request(ALLOCATE, [attribute(REQUESTED_TRANSPORT, [UDP, 0, 0, 0])])
}

/** What comes from that port of 127.0.0.1 arrives under one channel number. */
export function channelBind(port: number): Buffer {
  const xored = Buffer.alloc(8)
  xored[1] = 1
  xored.writeUInt16BE(port ^ (MAGIC >>> 16), 2)
  xored.writeUInt32BE((0x7f00_0001 ^ MAGIC) >>> 0, 4)
  return request(CHANNEL_BIND, [
    attribute(CHANNEL_NUMBER, [CHANNEL >> 8, CHANNEL & 0xff, 0, 0]),
    attribute(XOR_PEER_ADDRESS, xored),
  ])
}

/** A success response has bit 8 of the type set, an error response bits 8 and 4. */
export function isSuccess(message: Buffer): boolean {
  return (message.readUInt16BE(0) & 0x0110) === 0x0100
}

export function isChannelData(message: Buffer): boolean {
  return message.length > CHANNEL_HEADER_BYTES && message.readUInt16BE(0) === CHANNEL
}

/** The port of the relayed address in the answer to `allocate`. */
export function relayedPort(message: Buffer): number | undefined {
  for (let at = HEADER_BYTES; at + 8 <= message.length;) {
    const length = message.readUInt16BE(at + 2)
    if (message.readUInt16BE(at) === XOR_RELAYED_ADDRESS) return message.readUInt16BE(at + 6) ^ (MAGIC >>> 16)
    at += 4 + ((length + 3) & ~3)
  }
  return undefined
}

function request(type: number, attributes: readonly Buffer[]): Buffer {
  const body = Buffer.concat(attributes)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(type, 0)
  header.writeUInt16BE(body.length, 2)
  header.writeUInt32BE(MAGIC, 4)
  randomBytes(12).copy(header, 8)
  return Buffer.concat([header, body])
}

function attribute(type: number, value: ArrayLike<number>): Buffer {
  const out = Buffer.alloc(4 + value.length)
  out.writeUInt16BE(type, 0)
  out.writeUInt16BE(value.length, 2)
  out.set(value, 4)
  return out
}

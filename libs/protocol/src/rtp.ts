import { MAX_U32, readU16, requireInteger, writeU16, writeU32 } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { decodeFrameBody, type Frame, FRAME_HEADER_BYTES } from './frame.ts'
import { SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'

/**
 * A frame as an RTP packet (RFC 3550): the payload is the plain Opus packet, so that any WebRTC stack plays it.
 * Everything else of the body travels in one element of a two-byte header extension (RFC 8285):
 *
 *     element 13 = hops u8 | body up to the payload | signature 64
 */
export const RTP_PAYLOAD_TYPE = 111
export const RTP_EXTENSION_ID = 13

const HEADER_BYTES = 12
const EXTENSION_HEADER_BYTES = 4
/** Id and length of an element. */
const ELEMENT_HEADER_BYTES = 2
const TWO_BYTE_PROFILE = 0x1000
/** The low 4 bits of the profile are "appbits", which a receiver ignores (RFC 8285 section 4.3). */
const PROFILE_MASK = 0xfff0

export interface RtpOptions {
  ssrc: number
  /** Default 111. */
  payloadType?: number
  /** Default: the low 16 bits of `frame.seq`. */
  sequenceNumber?: number
  /** Default: `frame.hops`. */
  hops?: number
}

/** The timestamp is the low 32 bits of `frame.ts48k`. */
export function encodeRtp(frame: Frame, options: RtpOptions): Uint8Array {
  const {
    ssrc,
    payloadType = RTP_PAYLOAD_TYPE,
    sequenceNumber = frame.seq % 0x1_0000,
    hops = frame.hops,
  } = options
  requireInteger('ssrc', ssrc, 0, MAX_U32)
  requireInteger('payloadType', payloadType, 0, 0x7f)
  requireInteger('sequenceNumber', sequenceNumber, 0, 0xffff)
  requireInteger('hops', hops, 0, LIMITS.maxHops)
  const { body, payload } = frame
  const signatureAt = body.length - SIGNATURE_BYTES
  const payloadAt = signatureAt - payload.length
  const elementBytes = 1 + payloadAt + SIGNATURE_BYTES
  if (payloadAt < FRAME_HEADER_BYTES || elementBytes > 0xff) {
    throw ProtocolError.bytes('the frame body without its payload', '79 to 254', elementBytes - 1)
  }
  const extensionWords = Math.ceil((ELEMENT_HEADER_BYTES + elementBytes) / 4)
  const elementAt = HEADER_BYTES + EXTENSION_HEADER_BYTES
  const rtpPayloadAt = elementAt + 4 * extensionWords

  const packet = new Uint8Array(rtpPayloadAt + payload.length)
  packet[0] = 0b1001_0000
  packet[1] = payloadType
  writeU16(packet, 2, sequenceNumber)
  writeU32(packet, 4, frame.ts48k % 0x1_0000_0000)
  writeU32(packet, 8, ssrc)
  writeU16(packet, 12, TWO_BYTE_PROFILE)
  writeU16(packet, 14, extensionWords)
  packet[elementAt] = RTP_EXTENSION_ID
  packet[elementAt + 1] = elementBytes
  packet[elementAt + 2] = hops
  packet.set(body.subarray(0, payloadAt), elementAt + 3)
  packet.set(body.subarray(signatureAt), elementAt + 3 + payloadAt)
  packet.set(payload, rtpPayloadAt)
  return packet
}

/**
 * The frame in an RTP packet, its body put together again. Other elements, CSRCs and padding of other stacks are
 * skipped; they may also rewrite SSRC, sequence number and timestamp, which is why the frame carries its own.
 * Throws RTP_HEADER, RTP_EXTENSION or a FRAME_ code. The signature is not checked here.
 */
export function decodeRtpFrame(packet: Uint8Array): Frame {
  const first = packet[0] ?? 0
  if (packet.length < HEADER_BYTES)
    throw ProtocolError.rtpHeader(`${packet.length} bytes are less than a header`)
  if (first >> 6 !== 2) throw ProtocolError.rtpHeader(`version ${first >> 6}`)
  if ((first & 0b1_0000) === 0) throw ProtocolError.rtpExtension('there is no header extension')
  const extensionAt = HEADER_BYTES + 4 * (first & 0x0f)
  const elementsAt = extensionAt + EXTENSION_HEADER_BYTES
  const payloadAt = elementsAt + 4 * readU16(packet, extensionAt + 2)
  if (payloadAt > packet.length) throw ProtocolError.rtpHeader('the header is longer than the packet')
  const profile = readU16(packet, extensionAt)
  if ((profile & PROFILE_MASK) !== TWO_BYTE_PROFILE) {
    throw ProtocolError.rtpExtension(`profile 0x${profile.toString(16)} is not the two-byte form 0x1000`)
  }
  const payloadEnd = packet.length - paddingBytes(packet, payloadAt)
  const element = findElement(packet, elementsAt, payloadAt)
  return joinFrame(element, packet.subarray(payloadAt, payloadEnd))
}

/** The last byte of a padded packet counts the padding, itself included. */
function paddingBytes(packet: Uint8Array, payloadAt: number): number {
  if (((packet[0] ?? 0) & 0b10_0000) === 0) return 0
  const padding = packet[packet.length - 1] ?? 0
  if (padding === 0 || padding > packet.length - payloadAt)
    throw ProtocolError.rtpHeader('the padding is malformed')
  return padding
}

/** Every element is walked, so that a malformed one is found wherever it stands. */
function findElement(packet: Uint8Array, from: number, end: number): Uint8Array {
  let found: Uint8Array | undefined
  let at = from
  while (at < end) {
    const id = packet[at]
    if (id === 0) {
      at++
      continue
    }
    const elementAt = at + ELEMENT_HEADER_BYTES
    const next = elementAt + (packet[at + 1] ?? 0)
    if (next > end) throw ProtocolError.rtpExtension(`element ${id} is cut off`)
    if (id === RTP_EXTENSION_ID) {
      if (found !== undefined) throw ProtocolError.rtpExtension(`element ${id} occurs twice`)
      found = packet.subarray(elementAt, next)
    }
    at = next
  }
  if (found === undefined) throw ProtocolError.rtpExtension(`element ${RTP_EXTENSION_ID} is missing`)
  return found
}

function joinFrame(element: Uint8Array, payload: Uint8Array): Frame {
  const bodyBytes = element.length - 1 + payload.length
  const payloadAt = element.length - 1 - SIGNATURE_BYTES
  if (
    payloadAt < FRAME_HEADER_BYTES ||
    payloadAt !== FRAME_HEADER_BYTES + (element[FRAME_HEADER_BYTES] ?? 0)
  ) {
    throw ProtocolError.rtpExtension(
      `element ${RTP_EXTENSION_ID} of ${element.length} bytes does not hold a frame`,
    )
  }
  if (payload.length < 1 || bodyBytes > LIMITS.maxFrameBodyBytes) {
    throw ProtocolError.wrongLength('FRAME', `a frame of ${bodyBytes} bytes`)
  }
  const body = new Uint8Array(bodyBytes)
  body.set(element.subarray(1, 1 + payloadAt))
  body.set(payload, payloadAt)
  body.set(element.subarray(1 + payloadAt), payloadAt + payload.length)
  return decodeFrameBody(body, element[0] ?? 0)
}

import { readU48, readU64 } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'

/**
 * One Opus packet with its place in the stream and the station's signature.
 *
 *     body = seq u48 | ts48k u48 | kid u8 | flags u8 | extLen u8 | extensions | payload | signature 64
 *
 * The body is the same for every child and on every path; `hops` travels beside it, unsigned.
 */
export interface Frame {
  /** Counts the frames of one run from 0. */
  seq: number
  /** Media time of the first sample at 48 kHz; a jump larger than the packet's duration is a pause. */
  ts48k: number
  /** 0: the payload is plain Opus. Otherwise it is encrypted under the epoch key of that id. */
  kid: number
  flags: number
  /** Station clock, unix microseconds, when the last sample went into the encoder. 0: not told. */
  captureUs: number
  /** View into `body`. */
  payload: Uint8Array
  /** View into `body`: its last 64 bytes. */
  signature: Uint8Array
  body: Uint8Array
  /** Relays between the encoder and this peer. */
  hops: number
}

export const FRAME_HEADER_BYTES = 15
/** Flags of which a receiver must know the meaning. The other bits may be ignored. */
export const CRITICAL_FLAGS = 0b1100_0000
/** The critical flags that this version knows: none. */
const KNOWN_CRITICAL_FLAGS = 0
export const EXTENSION_CAPTURE_TIME = 1
const CAPTURE_TIME_BYTES = 8

/**
 * Splits a body into views, without copying and without checking the signature. Throws FRAME_LENGTH,
 * FRAME_FLAGS, FRAME_EXTENSION or FRAME_HOPS.
 */
export function decodeFrameBody(body: Uint8Array, hops: number): Frame {
  if (!(hops >= 0 && hops <= LIMITS.maxHops)) throw ProtocolError.frameHops(hops, LIMITS.maxHops)
  const extensionBytes = body[FRAME_HEADER_BYTES - 1] ?? 0
  const payloadAt = FRAME_HEADER_BYTES + extensionBytes
  const signatureAt = body.length - SIGNATURE_BYTES
  const payloadBytes = signatureAt - payloadAt
  if (payloadBytes < 1 || payloadBytes > LIMITS.maxPayloadBytes || body.length > LIMITS.maxFrameBodyBytes) {
    throw ProtocolError.wrongLength(
      'FRAME',
      `a frame of ${body.length} bytes leaves ${payloadBytes} for the payload`,
    )
  }
  if (extensionBytes > LIMITS.maxFrameExtensionBytes) {
    throw ProtocolError.wrongLength('FRAME', `the frame has ${extensionBytes} bytes of extensions`)
  }
  const flags = body[13] ?? 0
  if ((flags & CRITICAL_FLAGS & ~KNOWN_CRITICAL_FLAGS) !== 0) throw ProtocolError.frameFlags(flags)
  return {
    seq: readU48(body, 0),
    ts48k: readU48(body, 6),
    kid: body[12] ?? 0,
    flags,
    captureUs: captureTime(body, payloadAt),
    payload: body.subarray(payloadAt, signatureAt),
    signature: body.subarray(signatureAt),
    body,
    hops,
  }
}

/** Walks the type-length-value extensions, skips those it does not know, and returns the capture time or 0. */
function captureTime(body: Uint8Array, end: number): number {
  let captureUs = 0
  let isPresent = false
  let at = FRAME_HEADER_BYTES
  while (at < end) {
    const type = body[at] ?? 0
    const length = body[at + 1] ?? 0
    const next = at + 2 + length
    if (next > end) throw ProtocolError.frameExtension(`type ${type} is cut off`)
    if (type === EXTENSION_CAPTURE_TIME) {
      if (isPresent) throw ProtocolError.frameExtension('the capture time occurs twice')
      if (length !== CAPTURE_TIME_BYTES)
        throw ProtocolError.frameExtension(`a capture time of ${length} bytes`)
      isPresent = true
      captureUs = readU64(body, at + 2)
      if (captureUs > Number.MAX_SAFE_INTEGER)
        throw ProtocolError.frameExtension('the capture time exceeds 2^53 - 1')
    }
    at = next
  }
  return captureUs
}

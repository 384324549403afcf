import {
  MAX_U16,
  MAX_U48,
  readU16,
  readU48,
  requireBytes,
  requireInteger,
  writeU16,
  writeU48,
} from './bytes.ts'
import { ProtocolError } from './errors.ts'
import type { Frame } from './frame.ts'
import { SOURCE_HEARTBEAT_BYTES } from './heartbeat.ts'
import { LIMITS } from './limits.ts'

/**
 * What a sealed datagram holds: `version:4 | type:4`, the channel as a variable-length integer (one byte below
 * 253, else 0xfd and two little-endian bytes), then by type. Parsing copies nothing.
 */
export type Datagram =
  | { type: 'frame'; channel: number; hops: number; body: Uint8Array }
  | { type: 'source-heartbeat'; channel: number; body: Uint8Array }
  | { type: 'hop-heartbeat'; channel: number; headSeq: number }
  | { type: 'nack'; channel: number; seqs: number[] }
  | Report

/** How a child receives, since its last report. A parent that does not know it drops it. */
export interface Report {
  type: 'report'
  channel: number
  /** The highest sequence number received. */
  headSeq: number
  /** Sequence numbers that were passed since the last report, and how many of them came without being asked for again. */
  expected: number
  received: number
  /** Interarrival jitter of RFC 3550, ms. */
  jitterMs: number
  /** How much later than the fastest of the last 10 s the median frame came, ms. */
  delayMs: number
}

const VERSION = 1
const FRAME = 0
const SOURCE_HEARTBEAT = 1
const HOP_HEARTBEAT = 2
const NACK = 3
const REPORT = 4
const SEQ_BYTES = 6
const REPORT_BYTES = 14

/**
 * Writes a frame datagram for one child and returns its length. `out` has `LIMITS.maxPlaintextBytes`. A relay
 * passes the hops it adds itself to; the body is copied unchanged.
 */
export function encodeFrameDatagramInto(
  out: Uint8Array,
  channel: number,
  frame: Frame,
  hops: number = frame.hops,
): number {
  return writeFrame(out, channel, hops, frame.body)
}

/** Throws VALUE_RANGE or VALUE_BYTES for what does not fit the wire. */
export function encodeDatagram(datagram: Datagram): Uint8Array {
  const out = new Uint8Array(LIMITS.maxPlaintextBytes)
  let length: number
  switch (datagram.type) {
    case 'frame':
      length = writeFrame(out, datagram.channel, datagram.hops, datagram.body)
      break
    case 'source-heartbeat':
      length = writeSourceHeartbeat(out, datagram.channel, datagram.body)
      break
    case 'hop-heartbeat':
      length = writeHopHeartbeat(out, datagram.channel, datagram.headSeq)
      break
    case 'nack':
      length = writeNack(out, datagram.channel, datagram.seqs)
      break
    case 'report':
      length = writeReport(out, datagram)
  }
  return out.slice(0, length)
}

function writeFrame(out: Uint8Array, channel: number, hops: number, body: Uint8Array): number {
  requireInteger('hops', hops, 0, LIMITS.maxHops)
  if (body.length < 1 || body.length > LIMITS.maxFrameBodyBytes) {
    throw ProtocolError.bytes('the frame body', `1 to ${LIMITS.maxFrameBodyBytes}`, body.length)
  }
  const at = writeHeader(out, FRAME, channel)
  const length = at + 1 + body.length
  if (length > out.length) throw ProtocolError.bytes('out', `at least ${length}`, out.length)
  out[at] = hops
  out.set(body, at + 1)
  return length
}

function writeSourceHeartbeat(out: Uint8Array, channel: number, body: Uint8Array): number {
  requireBytes('the source heartbeat', body, SOURCE_HEARTBEAT_BYTES)
  const at = writeHeader(out, SOURCE_HEARTBEAT, channel)
  out.set(body, at)
  return at + body.length
}

function writeHopHeartbeat(out: Uint8Array, channel: number, headSeq: number): number {
  requireInteger('headSeq', headSeq, 0, MAX_U48)
  const at = writeHeader(out, HOP_HEARTBEAT, channel)
  writeU48(out, at, headSeq)
  return at + SEQ_BYTES
}

/** Sequence numbers go out ascending and once each, whatever order the caller has them in. */
function writeNack(out: Uint8Array, channel: number, seqs: readonly number[]): number {
  const ascending = [...new Set(seqs)].toSorted((a, b) => a - b)
  requireInteger('the number of seqs', ascending.length, 1, LIMITS.maxNackSeqs)
  let at = writeHeader(out, NACK, channel)
  out[at++] = ascending.length
  for (const seq of ascending) {
    requireInteger('seq', seq, 0, MAX_U48)
    writeU48(out, at, seq)
    at += SEQ_BYTES
  }
  return at
}

function writeReport(out: Uint8Array, report: Report): number {
  const { channel, delayMs, expected, headSeq, jitterMs, received } = report
  requireInteger('headSeq', headSeq, 0, MAX_U48)
  requireInteger('expected', expected, 0, MAX_U16)
  requireInteger('received', received, 0, expected)
  requireInteger('jitterMs', jitterMs, 0, MAX_U16)
  requireInteger('delayMs', delayMs, 0, MAX_U16)
  const at = writeHeader(out, REPORT, channel)
  writeU48(out, at, headSeq)
  writeU16(out, at + 6, expected)
  writeU16(out, at + 8, received)
  writeU16(out, at + 10, jitterMs)
  writeU16(out, at + 12, delayMs)
  return at + REPORT_BYTES
}

function writeHeader(out: Uint8Array, type: number, channel: number): number {
  requireInteger('channel', channel, 0, LIMITS.maxChannel)
  out[0] = (VERSION << 4) | type
  if (channel < 0xfd) {
    out[1] = channel
    return 2
  }
  out[1] = 0xfd
  out[2] = channel
  out[3] = channel >>> 8
  return 4
}

/**
 * Bodies are views into `bytes`. Throws DATAGRAM_VERSION, DATAGRAM_TYPE, DATAGRAM_LENGTH or DATAGRAM_VALUE;
 * a receiver drops such a datagram and goes on.
 */
export function decodeDatagram(bytes: Uint8Array): Datagram {
  if (bytes.length > LIMITS.maxPlaintextBytes) throw tooShortOrLong(bytes)
  const first = bytes[0]
  const short = bytes[1]
  if (first === undefined || short === undefined) throw tooShortOrLong(bytes)
  if (first >> 4 !== VERSION) throw ProtocolError.version('DATAGRAM', first >> 4)
  const at = short < 0xfd ? 2 : 4
  const channel = short < 0xfd ? short : readLongChannel(bytes)

  switch (first & 0x0f) {
    case FRAME:
      return decodeFrame(bytes, at, channel)
    case SOURCE_HEARTBEAT:
      if (bytes.length !== at + SOURCE_HEARTBEAT_BYTES) throw tooShortOrLong(bytes)
      return { type: 'source-heartbeat', channel, body: bytes.subarray(at) }
    case HOP_HEARTBEAT:
      if (bytes.length !== at + SEQ_BYTES) throw tooShortOrLong(bytes)
      return { type: 'hop-heartbeat', channel, headSeq: readU48(bytes, at) }
    case NACK:
      return { type: 'nack', channel, seqs: readNack(bytes, at) }
    case REPORT:
      return readReport(bytes, at, channel)
    default:
      throw ProtocolError.datagramType(first & 0x0f)
  }
}

function readLongChannel(bytes: Uint8Array): number {
  if (bytes.length < 4) throw tooShortOrLong(bytes)
  const channel = (bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8)
  // Of the longer forms only 0xfd can hold an allowed channel, and only a channel that needs it.
  if (bytes[1] !== 0xfd || channel < 0xfd) throw ProtocolError.value('DATAGRAM', 'the channel is malformed')
  return channel
}

function decodeFrame(bytes: Uint8Array, at: number, channel: number): Datagram {
  const hops = bytes[at]
  if (hops === undefined || bytes.length === at + 1) throw tooShortOrLong(bytes)
  if (hops > LIMITS.maxHops) throw ProtocolError.value('DATAGRAM', `the frame came over ${hops} hops`)
  return { type: 'frame', channel, hops, body: bytes.subarray(at + 1) }
}

function readNack(bytes: Uint8Array, at: number): number[] {
  const count = bytes[at] ?? 0
  if (count < 1 || count > LIMITS.maxNackSeqs)
    throw ProtocolError.value('DATAGRAM', `a NACK of ${count} frames`)
  if (bytes.length !== at + 1 + count * SEQ_BYTES) throw tooShortOrLong(bytes)
  const seqs: number[] = []
  let last = -1
  for (let i = 0; i < count; i++) {
    const seq = readU48(bytes, at + 1 + i * SEQ_BYTES)
    if (seq <= last) throw ProtocolError.value('DATAGRAM', 'the sequence numbers of a NACK do not ascend')
    seqs.push(seq)
    last = seq
  }
  return seqs
}

function readReport(bytes: Uint8Array, at: number, channel: number): Report {
  if (bytes.length !== at + REPORT_BYTES) throw tooShortOrLong(bytes)
  const expected = readU16(bytes, at + 6)
  const received = readU16(bytes, at + 8)
  if (received > expected) throw ProtocolError.value('DATAGRAM', 'a report of more frames than there were')
  return {
    type: 'report',
    channel,
    headSeq: readU48(bytes, at),
    expected,
    received,
    jitterMs: readU16(bytes, at + 10),
    delayMs: readU16(bytes, at + 12),
  }
}

function tooShortOrLong(bytes: Uint8Array): ProtocolError {
  return ProtocolError.wrongLength('DATAGRAM', `${bytes.length} bytes do not fit its type`)
}

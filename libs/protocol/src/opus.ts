import { ProtocolError } from './errors.ts'
import { LIMITS } from './limits.ts'

/** Samples at 48 kHz of one Opus frame, by the configuration number of the TOC byte (RFC 6716 table 2). */
const SILK = [480, 960, 1920, 2880] as const
const HYBRID = [480, 960] as const
const CELT = [120, 240, 480, 960] as const
/** RFC 6716 section 3.2.1: no frame within a packet is longer. */
const MAX_FRAME_BYTES = 1275

/**
 * The duration of an Opus packet in samples at 48 kHz, 120..5760, from its TOC byte and frame count (RFC 6716
 * section 3). Throws OPUS_PACKET for what section 3.4 forbids, so that no decoder is handed it.
 */
export function opusDurationSamples(payload: Uint8Array): number {
  const toc = payload[0]
  if (toc === undefined) throw ProtocolError.opusPacket('it is empty')
  const samples = frameSamples(toc >> 3)
  switch (toc & 3) {
    case 0:
      checkFrame(payload.length - 1)
      return samples
    case 1:
      if ((payload.length - 1) % 2 !== 0) throw ProtocolError.opusPacket('two equal frames in an odd length')
      checkFrame((payload.length - 1) / 2)
      return 2 * samples
    case 2:
      checkFrame(payload.length - afterFrameLengths(payload, 1, 1))
      return 2 * samples
    default:
      return checkManyFrames(payload) * samples
  }
}

function frameSamples(config: number): number {
  if (config < 12) return SILK[config & 3] ?? 0
  if (config < 16) return HYBRID[config & 1] ?? 0
  return CELT[config & 3] ?? 0
}

function checkFrame(bytes: number): void {
  if (bytes < 0) throw ProtocolError.opusPacket('a frame is longer than the packet')
  if (bytes > MAX_FRAME_BYTES) throw ProtocolError.opusPacket(`a frame of ${bytes} bytes`)
}

/** Code 3 packets (section 3.2.5): returns the number of frames. */
function checkManyFrames(payload: Uint8Array): number {
  const control = payload[1]
  if (control === undefined) throw ProtocolError.opusPacket('the frame count is missing')
  const count = control & 0x3f
  const durationSamples = count * frameSamples((payload[0] ?? 0) >> 3)
  if (count === 0) throw ProtocolError.opusPacket('it holds no frames')
  if (durationSamples > LIMITS.maxFrameSamples) throw ProtocolError.opusPacket('it is longer than 120 ms')

  const hasPadding = (control & 0x40) !== 0
  const isVariable = (control & 0x80) !== 0
  const padding = hasPadding ? readPadding(payload) : { at: 2, bytes: 0 }
  const end = payload.length - padding.bytes
  if (end < padding.at) throw ProtocolError.opusPacket('the padding is longer than the packet')
  if (isVariable) {
    checkFrame(end - afterFrameLengths(payload, padding.at, count - 1))
    return count
  }
  const frameBytes = (end - padding.at) / count
  if (!Number.isInteger(frameBytes)) throw ProtocolError.opusPacket(`${count} equal frames do not fill it`)
  checkFrame(frameBytes)
  return count
}

/** Padding length bytes start at 2: 255 stands for 254 and another length byte. */
function readPadding(payload: Uint8Array): { at: number; bytes: number } {
  let at = 2
  let bytes = 0
  for (;;) {
    const length = payload[at]
    if (length === undefined) throw ProtocolError.opusPacket('the padding length is cut off')
    at++
    if (length < 255) return { at, bytes: bytes + length }
    bytes += 254
  }
}

/**
 * Reads `count` frame lengths at `at` and returns where the last frame, which has no length, begins: behind the
 * packet's end when a length is cut off or too large, which its caller sees.
 */
function afterFrameLengths(payload: Uint8Array, at: number, count: number): number {
  let next = at
  let sum = 0
  for (let i = 0; i < count; i++) {
    const first = payload[next] ?? 0
    const width = first < 252 ? 1 : 2
    const bytes = first < 252 ? first : 4 * (payload[next + 1] ?? 0) + first
    checkFrame(bytes)
    sum += bytes
    next += width
  }
  return next + sum
}

import { MAX_PACKET_SAMPLES } from '../format.ts'

const SILK_FRAME_SAMPLES = [480, 960, 1920, 2880]
const HYBRID_FRAME_SAMPLES = [480, 960]
const CELT_FRAME_SAMPLES = [120, 240, 480, 960]

/** Samples at 48 kHz of one frame of a packet that starts with this TOC byte (RFC 6716 section 3.1, table 2). */
export function frameSamplesOfToc(toc: number): number {
  const config = (toc >> 3) & 0x1f
  if (config < 12) return SILK_FRAME_SAMPLES[config & 3] ?? 0
  if (config < 16) return HYBRID_FRAME_SAMPLES[config & 1] ?? 0
  return CELT_FRAME_SAMPLES[config & 3] ?? 0
}

/**
 * Samples at 48 kHz of a packet, 120..5760, read from its TOC (RFC 6716 section 3.2).
 * @returns undefined when the packet is empty, names no frame, or is longer than 120 ms
 */
export function packetSamples(packet: Uint8Array): number | undefined {
  const toc = packet[0]
  if (toc === undefined) return undefined
  const frames = frameCount(toc, packet)
  const samples = frames * frameSamplesOfToc(toc)
  return samples > 0 && samples <= MAX_PACKET_SAMPLES ? samples : undefined
}

function frameCount(toc: number, packet: Uint8Array): number {
  const code = toc & 3
  if (code === 0) return 1
  if (code < 3) return 2
  return (packet[1] ?? 0) & 0x3f
}

/**
 * The TOC byte of a one-frame packet in the mode of `toc` that lasts at most `samples`: alone, as a packet of one byte, it
 * makes libopus conceal that long. SILK and hybrid frames last 10 ms at least.
 */
export function concealmentToc(toc: number, samples: number): number {
  const stereoBit = toc & 0x04
  const config = (toc >> 3) & 0x1f
  if (config < 12) return ((config & 0x1c) << 3) | (samples >= 960 ? 8 : 0) | stereoBit
  if (config < 16) return ((config & 0x1e) << 3) | (samples >= 960 ? 8 : 0) | stereoBit
  const size = samples >= 960 ? 3 : samples >= 480 ? 2 : samples >= 240 ? 1 : 0
  return (((config & 0x1c) | size) << 3) | stereoBit
}

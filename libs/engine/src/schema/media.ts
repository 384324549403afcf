import type { Path, SourceHeartbeat } from '@pearcast/protocol'

/**
 * Media between page and engine, little-endian.
 *
 *     up    1 pcm:       kind u8 | count u8 | slots u8 x 8 | 0 u16 | seq u32 | count x 1920 f32 (20 ms, interleaved stereo)
 *     down  2 begin:     kind u8 | 0 u56 | bufferMs f64            another station is listened to, with so much delay at least
 *           3 frame:     kind u8 | path u8 | 0 u48 | seq f64 | ts48k f64 | captureUs f64 | offsetUs f64 | Opus packet
 *           4 heartbeat: kind u8 | state u8 | 0 u48 | headSeq f64 | ts48k f64 | wallclockUs f64
 *           5 start:     kind u8 | 0 u56 | headSeq f64             the station had sent no frame after this one
 *           6 reset:     kind u8                                   another run of the station
 *           7 target:    kind u8 | 0 u56 | us f64                  what repairs are waited for, 0: nothing is repaired
 *           8 end:       kind u8                                   nothing is listened to
 */
export const MAX_SLOTS = 8
/** Samples of a slot in one message: 20 ms, two channels. */
export const SLOT_SAMPLES = 1920
const PCM_HEADER = 16
export const MAX_PCM_BYTES: number = PCM_HEADER + MAX_SLOTS * SLOT_SAMPLES * 4

const KIND = { pcm: 1, begin: 2, frame: 3, heartbeat: 4, start: 5, reset: 6, target: 7, end: 8 } as const
const PATHS: readonly Path[] = ['swarm', 'webrtc', 'relayed']
const SOURCE_STATES: readonly SourceHeartbeat['state'][] = ['live', 'muted', 'stalled', 'ended']
const FRAME_HEADER = 40

/** 20 ms of every input of the page, taken at the same moment. */
export interface PcmBlock {
  seq: number
  inputs: { slot: number; pcm: Float32Array }[]
}

export type DownMessage =
  | { kind: 'begin'; bufferMs: number }
  | { kind: 'reset' | 'end' }
  | {
      kind: 'frame'
      path: Path
      seq: number
      ts48k: number
      captureUs: number
      /** The station's clock minus the engine's; NaN before it is known. */
      offsetUs: number
      payload: Uint8Array
    }
  | { kind: 'heartbeat'; heartbeat: SourceHeartbeat }
  | { kind: 'start'; headSeq: number }
  | { kind: 'target'; us: number }

export function encodePcm({ seq, inputs }: PcmBlock): Uint8Array<ArrayBuffer> {
  const used = inputs.slice(0, MAX_SLOTS)
  const bytes = new Uint8Array(PCM_HEADER + used.length * SLOT_SAMPLES * 4)
  bytes[0] = KIND.pcm
  bytes[1] = used.length
  new DataView(bytes.buffer).setUint32(12, seq % 2 ** 32, true)
  for (const [i, { slot, pcm }] of used.entries()) {
    bytes[2 + i] = slot
    new Float32Array(bytes.buffer, PCM_HEADER + i * SLOT_SAMPLES * 4, SLOT_SAMPLES).set(
      pcm.subarray(0, SLOT_SAMPLES),
    )
  }
  return bytes
}

/** Undefined for anything but a whole and lawful message; samples that are no numbers become silence. */
export function decodePcm(bytes: Uint8Array): PcmBlock | undefined {
  const count = bytes[1] ?? 0
  if (bytes[0] !== KIND.pcm || count > MAX_SLOTS) return undefined
  if (bytes.length !== PCM_HEADER + count * SLOT_SAMPLES * 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const inputs: PcmBlock['inputs'] = []
  for (let i = 0; i < count; i++) {
    const slot = bytes[2 + i] ?? MAX_SLOTS
    if (slot >= MAX_SLOTS || inputs.some((each) => each.slot === slot)) return undefined
    inputs.push({ slot, pcm: readSamples(view, PCM_HEADER + i * SLOT_SAMPLES * 4) })
  }
  return { seq: view.getUint32(12, true), inputs }
}

function readSamples(view: DataView, at: number): Float32Array {
  const pcm = new Float32Array(SLOT_SAMPLES)
  for (let i = 0; i < SLOT_SAMPLES; i++) {
    const sample = view.getFloat32(at + i * 4, true)
    pcm[i] = Number.isFinite(sample) ? sample : 0
  }
  return pcm
}

export function encodeDown(message: DownMessage): Uint8Array {
  switch (message.kind) {
    case 'begin':
      return withNumbers(KIND.begin, 0, 16, [message.bufferMs])
    case 'reset':
    case 'end':
      return Uint8Array.of(KIND[message.kind])
    case 'frame': {
      const { path, seq, ts48k, captureUs, offsetUs, payload } = message
      const bytes = withNumbers(KIND.frame, PATHS.indexOf(path), FRAME_HEADER + payload.length, [
        seq,
        ts48k,
        captureUs,
        offsetUs,
      ])
      bytes.set(payload, FRAME_HEADER)
      return bytes
    }
    case 'heartbeat': {
      const { headSeq, state, ts48k, wallclockUs } = message.heartbeat
      return withNumbers(KIND.heartbeat, SOURCE_STATES.indexOf(state), 32, [headSeq, ts48k, wallclockUs])
    }
    case 'start':
      return withNumbers(KIND.start, 0, 16, [message.headSeq])
    case 'target':
      return withNumbers(KIND.target, 0, 16, [message.us])
  }
}

function withNumbers(kind: number, detail: number, length: number, numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes[0] = kind
  bytes[1] = detail
  const view = new DataView(bytes.buffer)
  for (const [i, number] of numbers.entries()) view.setFloat64(8 + i * 8, number, true)
  return bytes
}

/** Undefined for what this version does not know. */
export function decodeDown(bytes: Uint8Array): DownMessage | undefined {
  const [kind = 0, detail = 0] = bytes
  if (kind === KIND.reset) return { kind: 'reset' }
  if (kind === KIND.end) return { kind: 'end' }
  if (bytes.length < 16) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const number = (i: number): number => view.getFloat64(8 + i * 8, true)
  if (kind === KIND.begin) return { kind: 'begin', bufferMs: number(0) }
  if (kind === KIND.start) return { kind: 'start', headSeq: number(0) }
  if (kind === KIND.target) return { kind: 'target', us: number(0) }
  if (kind === KIND.heartbeat && bytes.length >= 32) {
    const state = SOURCE_STATES[detail]
    if (state === undefined) return undefined
    const [headSeq, ts48k, wallclockUs] = [number(0), number(1), number(2)]
    return { kind: 'heartbeat', heartbeat: { headSeq, ts48k, wallclockUs, state } }
  }
  const path = PATHS[detail]
  if (kind !== KIND.frame || path === undefined || bytes.length <= FRAME_HEADER) return undefined
  const [seq, ts48k, captureUs, offsetUs] = [number(0), number(1), number(2), number(3)]
  return { kind: 'frame', path, seq, ts48k, captureUs, offsetUs, payload: bytes.subarray(FRAME_HEADER) }
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeDown,
  decodePcm,
  encodeDown,
  encodePcm,
  MAX_PCM_BYTES,
  SLOT_SAMPLES,
  type DownMessage,
} from './media.ts'

const number = fc.double({ noDefaultInfinity: true, noNaN: true })
const messages: fc.Arbitrary<DownMessage> = fc.oneof(
  fc.record({ kind: fc.constantFrom('reset', 'end') }),
  fc.record({ kind: fc.constant('begin'), bufferMs: number }),
  fc.record({ kind: fc.constant('start'), headSeq: number }),
  fc.record({ kind: fc.constant('target'), us: number }),
  fc.record({
    kind: fc.constant('heartbeat'),
    heartbeat: fc.record({
      headSeq: number,
      ts48k: number,
      wallclockUs: number,
      state: fc.constantFrom('live', 'muted', 'stalled', 'ended'),
    }),
  }),
  fc.record({
    kind: fc.constant('frame'),
    path: fc.constantFrom('swarm', 'webrtc', 'relayed'),
    seq: number,
    ts48k: number,
    captureUs: number,
    offsetUs: fc.double({ noDefaultInfinity: true }),
    payload: fc.uint8Array({ minLength: 1, maxLength: 900 }),
  }),
)

describe('media messages', () => {
  test('come out as they went in', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeDown(encodeDown(message))).toEqual(message)
      }),
    )
    const pcm = new Float32Array(SLOT_SAMPLES).map((_, i) => Math.sin(i))
    const block = { seq: 7, inputs: [2, 5].map((slot) => ({ slot, pcm })) }
    expect(decodePcm(encodePcm(block))).toEqual(block)
  })

  test('sound that is no sound is silence, and what is not whole or has a slot twice is nothing', () => {
    const pcm = new Float32Array(SLOT_SAMPLES).fill(Number.NaN)
    const bytes = encodePcm({ seq: 0, inputs: [{ slot: 0, pcm }] })
    expect(decodePcm(bytes)?.inputs[0]?.pcm.every((sample) => sample === 0)).toBe(true)
    expect(decodePcm(bytes.subarray(1))).toBeUndefined()
    expect(decodePcm(bytes.subarray(0, -1))).toBeUndefined()
    expect(decodePcm(encodePcm({ seq: 0, inputs: [{ slot: 9, pcm }] }))).toBeUndefined()
    const twice = [0, 0].map((slot) => ({ slot, pcm }))
    expect(decodePcm(encodePcm({ seq: 0, inputs: twice }))).toBeUndefined()
  })

  test('no bytes make a decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        decodePcm(bytes)
        decodeDown(bytes)
      }),
    )
    expect(decodePcm(new Uint8Array(MAX_PCM_BYTES).fill(255))).toBeUndefined()
  })
})

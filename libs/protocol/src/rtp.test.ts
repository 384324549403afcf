import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { decodeRtpFrame, encodeRtp, type Frame, FrameVerifier, LIMITS } from './index.ts'
import { u48 } from './testing/arbitraries.ts'
import { codeOf } from './testing/errors.ts'
import { CONTEXT, counting, frameOf, SESSION } from './testing/fixtures.ts'

const SSRC = 0xdead_beef
const FRAME = frameOf({ seq: 0x1_2345_6789, ts48k: 0xab_1234_5678 })
const PACKET = encodeRtp(FRAME, { ssrc: SSRC })

/** What element 13 of `FRAME` holds, taken from the body rather than from a packet. */
const ELEMENT = Buffer.concat([
  Uint8Array.of(FRAME.hops),
  FRAME.body.subarray(0, FRAME.body.length - 64 - FRAME.payload.length),
  FRAME.signature,
])

interface ForeignPacket {
  profile?: number
  csrcs?: number
  version?: number
  marker?: number
  elements?: number[]
  padding?: number[]
}

/** A packet as another stack may build it; the elements are filled up to whole words. */
function foreignPacket(parts: ForeignPacket = {}): Uint8Array {
  const {
    profile = 0x1000,
    csrcs = 0,
    version = 2,
    marker = 0,
    elements = [13, ELEMENT.length, ...ELEMENT],
  } = parts
  const words = Math.ceil(elements.length / 4)
  const flags = (parts.padding ? 0x20 : 0) | 0x10
  return Buffer.concat([
    Uint8Array.of((version << 6) | flags | csrcs, (marker << 7) | 96, ...counting(10)),
    counting(4 * csrcs, 100),
    Uint8Array.of(profile >> 8, profile, 0, words),
    Uint8Array.from(elements),
    new Uint8Array(4 * words - elements.length),
    FRAME.payload,
    Uint8Array.from(parts.padding ?? []),
  ])
}

describe('a frame as an RTP packet', () => {
  test('comes back whole and verifiable', () => {
    const verifier = new FrameVerifier(sodium, SESSION.publicKey, CONTEXT)
    const payload = fc.uint8Array({ minLength: 1, maxLength: LIMITS.maxPayloadBytes })
    fc.assert(
      fc.property(u48, u48, payload, fc.nat(LIMITS.maxHops), (seq, ts48k, bytes, hops) => {
        const frame: Frame = { ...frameOf({ seq, ts48k, payload: bytes }), hops }
        const got = decodeRtpFrame(encodeRtp(frame, { ssrc: SSRC }))
        expect(got).toEqual(frame)
        expect(verifier.verify(got)).toBe(true)
      }),
    )
  })

  test('has the header that RFC 3550 and RFC 8285 lay out', () => {
    const view = new DataView(PACKET.buffer)
    expect(view.getUint8(0)).toBe(0b10_0_1_0000)
    expect(view.getUint8(1)).toBe(111)
    expect(view.getUint16(2)).toBe(0x6789)
    expect(view.getUint32(4)).toBe(0x1234_5678)
    expect(view.getUint32(8)).toBe(SSRC)
    expect(view.getUint16(12)).toBe(0x1000)
    const words = view.getUint16(14)
    expect([PACKET[16], PACKET[17]]).toEqual([13, ELEMENT.length])
    expect(PACKET.subarray(18, 18 + ELEMENT.length)).toEqual(Uint8Array.from(ELEMENT))
    expect(words).toBe(Math.ceil((2 + ELEMENT.length) / 4))
    // Bytes that fill the last word are padding elements: zeros.
    expect(PACKET.subarray(18 + ELEMENT.length, 16 + 4 * words).every((byte) => byte === 0)).toBe(true)
    expect(PACKET.subarray(16 + 4 * words)).toEqual(FRAME.payload)
  })

  test('can be given another payload type, sequence number and hop count', () => {
    const packet = encodeRtp(FRAME, { ssrc: 1, payloadType: 96, sequenceNumber: 5, hops: 2 })
    expect([...packet.subarray(0, 4)]).toEqual([0x90, 96, 0, 5])
    expect(decodeRtpFrame(packet)).toEqual({ ...FRAME, hops: 2 })
    for (const wrong of [{ ssrc: -1 }, { payloadType: 128 }, { sequenceNumber: 65_536 }, { hops: 17 }]) {
      expect(codeOf(() => encodeRtp(FRAME, { ssrc: 1, ...wrong }))).toBe('VALUE_RANGE')
    }
  })
})

describe('RTP of another stack', () => {
  test.each<[string, ForeignPacket]>([
    ['its own sequence number, timestamp, SSRC and payload type', {}],
    ['the marker bit', { marker: 1 }],
    ['contributing sources', { csrcs: 15 }],
    ['padding', { padding: [0, 0, 3] }],
    ['application bits in the profile', { profile: 0x100f }],
    [
      'other elements around ours',
      { elements: [1, 0, 14, 3, 7, 7, 7, 13, ELEMENT.length, ...ELEMENT, 255, 1, 9] },
    ],
    [
      'padding between elements',
      { elements: [0, 0, 5, 1, 0, 0, 13, ELEMENT.length, ...ELEMENT, 0, 0, 0, 0] },
    ],
  ])('with %s is understood', (_, parts) => {
    expect(decodeRtpFrame(foreignPacket(parts))).toEqual(FRAME)
  })

  test.each<[string, Uint8Array, string]>([
    ['fewer bytes than a header', PACKET.subarray(0, 11), 'RTP_HEADER'],
    ['another version', foreignPacket({ version: 1 }), 'RTP_HEADER'],
    ['no extension', PACKET.with(0, 0x80), 'RTP_EXTENSION'],
    ['an extension longer than the packet', PACKET.subarray(0, 60), 'RTP_HEADER'],
    ['more contributing sources than bytes', PACKET.subarray(0, 16).with(0, 0x9f), 'RTP_HEADER'],
    ['the one-byte form', foreignPacket({ profile: 0xbede }), 'RTP_EXTENSION'],
    ['no element 13', foreignPacket({ elements: [12, 2, 1, 1] }), 'RTP_EXTENSION'],
    [
      'two elements 13',
      foreignPacket({ elements: [13, ELEMENT.length, ...ELEMENT, 13, 0] }),
      'RTP_EXTENSION',
    ],
    [
      'an element that is cut off',
      foreignPacket({ elements: [13, ELEMENT.length, ...ELEMENT, 7, 200] }),
      'RTP_EXTENSION',
    ],
    [
      'an element one byte too long',
      foreignPacket({ elements: [13, ELEMENT.length, ...ELEMENT, 7, 3, 0, 0] }),
      'RTP_EXTENSION',
    ],
    ['an element of a single byte at the end', foreignPacket({ elements: [12, 1, 0, 7] }), 'RTP_EXTENSION'],
    [
      'an element too small for a frame',
      foreignPacket({ elements: [13, 20, ...counting(20)] }),
      'RTP_EXTENSION',
    ],
    [
      'an element without its last byte',
      foreignPacket({ elements: [13, 89, ...ELEMENT.subarray(0, 89)] }),
      'RTP_EXTENSION',
    ],
    ['padding of no bytes', foreignPacket({ padding: [0] }), 'RTP_HEADER'],
    ['padding longer than the payload', foreignPacket({ padding: [200] }), 'RTP_HEADER'],
    [
      'nothing but padding as payload',
      foreignPacket({ padding: [0, FRAME.payload.length + 2] }),
      'FRAME_LENGTH',
    ],
    ['17 hops', foreignPacket({ elements: [13, ELEMENT.length, ...ELEMENT.with(0, 17)] }), 'FRAME_HOPS'],
  ])('with %s is refused', (_, packet, code) => {
    expect(codeOf(() => decodeRtpFrame(packet))).toBe(code)
  })
})

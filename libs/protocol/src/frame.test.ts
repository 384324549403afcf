import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  DatagramSealer,
  decodeFrameBody,
  encodeFrameDatagramInto,
  encodeRtp,
  FrameSigner,
  FrameVerifier,
  LIMITS,
  streamContext,
} from './index.ts'
import { timeUs, u48 } from './testing/arbitraries.ts'
import { codeOf } from './testing/errors.ts'
import {
  CONTEXT,
  counting,
  frameOf,
  GENERATION,
  keyPairOf,
  rawBody,
  SESSION,
  STATION,
  TERM,
} from './testing/fixtures.ts'

const verifier = new FrameVerifier(sodium, SESSION.publicKey, CONTEXT)
const U48 = 2 ** 48 - 1

describe('a frame', () => {
  test('reads back as it was signed, for all values and sizes', () => {
    const fields = fc.record({
      seq: u48,
      ts48k: u48,
      captureUs: timeUs,
      kid: fc.nat(255),
      flags: fc.nat(63),
      payload: fc.uint8Array({ minLength: 1, maxLength: LIMITS.maxPayloadBytes }),
    })
    fc.assert(
      fc.property(fields, fc.nat(LIMITS.maxHops), (given, hops) => {
        const signed = frameOf(given)
        const frame = decodeFrameBody(signed.body, hops)
        expect(frame).toEqual({ ...signed, hops })
        expect(frame).toMatchObject(given)
        expect(verifier.verify(frame)).toBe(true)
      }),
    )
  })

  test('is refused by the verifier after a change of any byte', () => {
    const { body } = frameOf()
    for (let at = 0; at < body.length; at++) {
      const changed = body.with(at, (body[at] ?? 0) ^ 1)
      // The length of the extensions and their types are structure, which the decoder judges before.
      if (codeOf(() => decodeFrameBody(changed, 0)) !== 'no error') continue
      expect(verifier.verify(decodeFrameBody(changed, 0)), `byte ${at}`).toBe(false)
    }
  })

  test('does not verify as part of another stream', () => {
    const frame = frameOf()
    const session = { stationKey: STATION.publicKey, generation: GENERATION, term: TERM }
    const contexts = [
      streamContext(sodium, session, 1),
      streamContext(sodium, { ...session, term: TERM + 1 }, 0),
      streamContext(sodium, { ...session, generation: GENERATION + 1 }, 0),
      streamContext(sodium, { ...session, stationKey: keyPairOf(9).publicKey }, 0),
    ]
    for (const context of contexts) {
      expect(new FrameVerifier(sodium, SESSION.publicKey, context).verify(frame)).toBe(false)
    }
    expect(new FrameVerifier(sodium, keyPairOf(9).publicKey, CONTEXT).verify(frame)).toBe(false)
  })

  test('can be told apart from its neighbours while one signer makes them all', () => {
    const signer = new FrameSigner(sodium, SESSION.secretKey, CONTEXT)
    const frames = [300, 20, 300, 1].map((length, seq) =>
      signer.sign({ seq, ts48k: seq * 960, captureUs: seq, payload: counting(length, seq) }),
    )
    expect(frames.map((frame) => verifier.verify(frame))).toEqual([true, true, true, true])
    expect(frames.map((frame) => frame.payload)).toEqual(
      [300, 20, 300, 1].map((length, i) => counting(length, i)),
    )
  })

  test('shares the memory of its body, so that decoding copies nothing', () => {
    const { body } = frameOf()
    const { payload, signature } = decodeFrameBody(body, 0)
    expect([payload.buffer, signature.buffer]).toEqual([body.buffer, body.buffer])
    expect(signature.byteOffset + signature.length).toBe(body.byteOffset + body.length)
  })

  test('of the largest size fits a sealed datagram and an RTP packet', () => {
    const frame = frameOf({ payload: new Uint8Array(LIMITS.maxPayloadBytes) })
    const out = new Uint8Array(LIMITS.maxPlaintextBytes)
    const length = encodeFrameDatagramInto(out, LIMITS.maxChannel, frame)
    const sealed = new DatagramSealer(sodium, counting(32)).seal(out.subarray(0, length))
    expect(sealed.length).toBeLessThanOrEqual(LIMITS.maxDatagramBytes)
    expect(encodeRtp(frame, { ssrc: 1 }).length).toBeLessThanOrEqual(LIMITS.maxDatagramBytes)
    expect(codeOf(() => frameOf({ payload: new Uint8Array(LIMITS.maxPayloadBytes + 1) }))).toBe('VALUE_BYTES')
    const tooLarge = rawBody({ payload: new Uint8Array(LIMITS.maxPayloadBytes + 1) })
    expect(codeOf(() => decodeFrameBody(tooLarge, 0))).toBe('FRAME_LENGTH')
  })

  test('needs a payload', () => {
    expect(codeOf(() => frameOf({ payload: new Uint8Array(0) }))).toBe('VALUE_BYTES')
    expect(codeOf(() => decodeFrameBody(rawBody({ payload: new Uint8Array(0) }), 0))).toBe('FRAME_LENGTH')
    expect(codeOf(() => decodeFrameBody(new Uint8Array(0), 0))).toBe('FRAME_LENGTH')
  })

  test('is not signed with values that do not fit their field', () => {
    const wrong = [
      { seq: -1 },
      { seq: U48 + 1 },
      { ts48k: 0.5 },
      { captureUs: Number.NaN },
      { kid: 256 },
      { flags: 64 },
    ]
    for (const fields of wrong) expect(codeOf(() => frameOf(fields))).toBe('VALUE_RANGE')
  })
})

/** One unknown extension that fills `length` bytes. */
function filling(length: number): number[] {
  return [99, length - 2, ...counting(length - 2)]
}

describe('what later versions may add to a frame', () => {
  test('unknown flags are ignored, unknown critical ones refused', () => {
    expect(decodeFrameBody(rawBody({ flags: 0b0011_1111 }), 0).flags).toBe(0b0011_1111)
    expect(codeOf(() => decodeFrameBody(rawBody({ flags: 0b0100_0000 }), 0))).toBe('FRAME_FLAGS')
    expect(codeOf(() => decodeFrameBody(rawBody({ flags: 0b1000_0000 }), 0))).toBe('FRAME_FLAGS')
  })

  test('unknown extensions are skipped before and after a known one', () => {
    const capture = [1, 8, 0, 0, 0, 0, 0, 0, 1, 2]
    const frame = decodeFrameBody(rawBody({ extension: [200, 0, ...capture, 7, 3, 9, 9, 9] }), 0)
    expect(frame.captureUs).toBe(258)
    expect(frame.payload).toEqual(Uint8Array.of(0xfc, 1, 2))
  })

  test('a frame without capture time says 0', () => {
    expect(decodeFrameBody(rawBody({}), 0).captureUs).toBe(0)
  })

  test.each([
    ['one that is cut off after its type', [7]],
    ['one that is longer than the block', [7, 4, 0, 0, 0]],
    ['a capture time of seven bytes', [1, 7, 0, 0, 0, 0, 0, 0, 0]],
    ['a capture time above 2^53 - 1', [1, 8, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['two capture times', [1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s is refused', (_, extension) => {
    expect(codeOf(() => decodeFrameBody(rawBody({ extension }), 0))).toBe('FRAME_EXTENSION')
  })

  test('extensions that an RTP packet could not carry are refused', () => {
    const longest = rawBody({ extension: filling(LIMITS.maxFrameExtensionBytes) })
    const frame = decodeFrameBody(longest, 0)
    expect(encodeRtp(frame, { ssrc: 1 }).length).toBeGreaterThan(longest.length)
    const longer = rawBody({ extension: filling(LIMITS.maxFrameExtensionBytes + 1) })
    expect(codeOf(() => decodeFrameBody(longer, 0))).toBe('FRAME_LENGTH')
  })
})

describe('hops', () => {
  test('end at 16 and are no part of what is signed', () => {
    const { body } = frameOf()
    expect(verifier.verify(decodeFrameBody(body, 16))).toBe(true)
    expect(codeOf(() => decodeFrameBody(body, 17))).toBe('FRAME_HOPS')
  })
})

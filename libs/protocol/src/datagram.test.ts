import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDatagram, encodeDatagram, encodeFrameDatagramInto, LIMITS } from './index.ts'
import { channel, datagram } from './testing/arbitraries.ts'
import { codeOf } from './testing/errors.ts'
import { counting, frameOf } from './testing/fixtures.ts'

const decode = (...bytes: number[]): unknown => decodeDatagram(Uint8Array.from(bytes))

describe('datagrams', () => {
  test('of every type and channel come back as they were', () => {
    fc.assert(
      fc.property(datagram, (given) => {
        expect(decodeDatagram(encodeDatagram(given))).toEqual(given)
      }),
    )
  })

  test('with a frame have the same bytes from the hot path', () => {
    const frame = frameOf()
    const out = new Uint8Array(LIMITS.maxPlaintextBytes)
    fc.assert(
      fc.property(channel, fc.nat(LIMITS.maxHops), (given, hops) => {
        const length = encodeFrameDatagramInto(out, given, frame, hops)
        const expected = encodeDatagram({ type: 'frame', channel: given, hops, body: frame.body })
        expect(out.subarray(0, length)).toEqual(expected)
      }),
    )
    expect(
      decodeDatagram(out.subarray(0, encodeFrameDatagramInto(out, 7, { ...frame, hops: 3 }))),
    ).toMatchObject({
      hops: 3,
    })
  })

  test('carry a NACK ascending and without repetitions, whatever order it was asked in', () => {
    const bytes = encodeDatagram({ type: 'nack', channel: 1, seqs: [9, 2, 9, 300] })
    expect(decodeDatagram(bytes)).toEqual({ type: 'nack', channel: 1, seqs: [2, 9, 300] })
  })

  test('of frames share their memory with what was received', () => {
    const bytes = encodeDatagram({ type: 'frame', channel: 300, hops: 0, body: counting(90) })
    const got = decodeDatagram(bytes)
    expect(got.type === 'frame' && got.body.buffer === bytes.buffer).toBe(true)
  })

  test('of other versions and types are told apart from broken ones', () => {
    expect(codeOf(() => decode(0x20, 1, 0))).toBe('DATAGRAM_VERSION')
    expect(codeOf(() => decode(0x15, 1, 0))).toBe('DATAGRAM_TYPE')
    expect(codeOf(() => decode(0x1f, 1, 0))).toBe('DATAGRAM_TYPE')
  })

  test.each<[string, number[], string]>([
    ['nothing', [], 'DATAGRAM_LENGTH'],
    ['no channel', [0x10], 'DATAGRAM_LENGTH'],
    ['half a channel', [0x12, 0xfd, 1], 'DATAGRAM_LENGTH'],
    ['a channel in a longer form than it needs', [0x12, 0xfd, 1, 0, 0, 0, 0, 0, 0, 1], 'DATAGRAM_VALUE'],
    ['a channel of 32 bits', [0x12, 0xfe, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1], 'DATAGRAM_VALUE'],
    ['a frame without a body', [0x10, 1, 0], 'DATAGRAM_LENGTH'],
    ['a frame of 17 hops', [0x10, 1, 17, 1, 2, 3], 'DATAGRAM_VALUE'],
    ['a short hop heartbeat', [0x12, 1, 0, 0, 0, 0, 1], 'DATAGRAM_LENGTH'],
    ['a long hop heartbeat', [0x12, 1, 0, 0, 0, 0, 0, 1, 0], 'DATAGRAM_LENGTH'],
    ['a NACK of nothing', [0x13, 1, 0], 'DATAGRAM_VALUE'],
    ['a NACK of more than 64', [0x13, 1, 65, ...new Uint8Array(390)], 'DATAGRAM_VALUE'],
    ['a NACK that counts more than it has', [0x13, 1, 2, 0, 0, 0, 0, 0, 1], 'DATAGRAM_LENGTH'],
    ['a NACK that repeats itself', [0x13, 1, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], 'DATAGRAM_VALUE'],
    ['a report cut short', [0x14, 1, 0, 0, 0, 0, 0, 9, 0, 5, 0, 5, 0, 0, 0], 'DATAGRAM_LENGTH'],
    [
      'a report of more than there was',
      [0x14, 1, 0, 0, 0, 0, 0, 9, 0, 5, 0, 6, 0, 0, 0, 0],
      'DATAGRAM_VALUE',
    ],
  ])('with %s are refused', (_, bytes, code) => {
    expect(codeOf(() => decode(...bytes))).toBe(code)
  })

  test('are not made from values outside their limits', () => {
    const seqs = Array.from({ length: LIMITS.maxNackSeqs + 1 }, (_, i) => i)
    expect(codeOf(() => encodeDatagram({ type: 'nack', channel: 1, seqs }))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeDatagram({ type: 'nack', channel: 1, seqs: [] }))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeDatagram({ type: 'hop-heartbeat', channel: 65_536, headSeq: 0 }))).toBe(
      'VALUE_RANGE',
    )
    expect(codeOf(() => encodeDatagram({ type: 'frame', channel: 0, hops: 17, body: counting(80) }))).toBe(
      'VALUE_RANGE',
    )
    const body = new Uint8Array(LIMITS.maxFrameBodyBytes + 1)
    expect(codeOf(() => encodeDatagram({ type: 'frame', channel: 0, hops: 0, body }))).toBe('VALUE_BYTES')
    expect(codeOf(() => encodeFrameDatagramInto(new Uint8Array(50), 0, frameOf()))).toBe('VALUE_BYTES')
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRtcp, encodeEmptyReport, encodeGoodbye, encodeNack, isRtcp, isRtp } from './rtcp.ts'
import { rtpPacket } from './testing/pair.ts'

describe('RTP and RTCP on one port', () => {
  test('are told apart by the second byte (RFC 5761)', () => {
    expect([isRtp(rtpPacket(1)), isRtcp(rtpPacket(1))]).toEqual([true, false])
    for (const packet of [encodeEmptyReport(1), encodeGoodbye(1), encodeNack(1, 2, [3])]) {
      expect([isRtp(packet), isRtcp(packet)]).toEqual([false, true])
    }
    const marked = rtpPacket(1)
    marked[1] = 0x80 | 111
    expect(isRtp(marked)).toBe(true)
  })

  test('are neither when short or of another version', () => {
    expect(isRtp(rtpPacket(1).subarray(0, 11))).toBe(false)
    expect(isRtcp(encodeEmptyReport(1).subarray(0, 7))).toBe(false)
    const old = rtpPacket(1)
    old[0] = 0x50
    expect([isRtp(old), isRtcp(old)]).toEqual([false, false])
  })
})

describe('a NACK', () => {
  test('has the bytes of RFC 4585', () => {
    const packet = encodeNack(0x01020304, 0x05060708, [10, 11, 26, 27])
    // 11 and 26 are bits 0 and 15 of the mask behind 10
    const words = Buffer.from(packet).toString('hex').match(/.{8}/g)
    expect(words).toEqual(['81cd0004', '01020304', '05060708', '000a8001', '001b0000'])
  })

  test('names the same packets after the wire, across the wrap', () => {
    const numbers = fc
      .array(fc.nat(200), { maxLength: 64 })
      .map((offsets) =>
        [...new Set(offsets)].toSorted((a, b) => a - b).map((offset) => (65_450 + offset) & 0xffff),
      )
    fc.assert(
      fc.property(numbers, (missing) => {
        expect(decodeRtcp(encodeNack(1, 2, missing), 64)).toEqual({ missing, goodbye: false })
      }),
    )
  })

  test('of a greedy peer is cut at the bound', () => {
    const everything = encodeNack(
      1,
      2,
      Array.from({ length: 4000 }, (_, i) => i),
    )
    expect(decodeRtcp(everything, 64).missing).toEqual(Array.from({ length: 64 }, (_, i) => i))
  })
})

describe('a compound packet', () => {
  test('may say goodbye', () => {
    expect(decodeRtcp(encodeGoodbye(7), 64)).toEqual({ missing: [], goodbye: true })
    expect(decodeRtcp(encodeEmptyReport(7), 64)).toEqual({ missing: [], goodbye: false })
  })

  test('of random bytes is read without a crash and within the bound', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, plausible) => {
        if (plausible) bytes.set([0x81, 205, 0, 4].slice(0, bytes.length))
        expect(decodeRtcp(bytes, 64).missing.length).toBeLessThanOrEqual(64)
        isRtp(bytes)
        isRtcp(bytes)
      }),
    )
  })
})

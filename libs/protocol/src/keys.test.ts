import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { fromHex, keyId, keyPairFromSeed, stationTopic, toHex } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { counting, keyPairOf, STATION } from './testing/fixtures.ts'

describe('keys', () => {
  test('from the same seed are the same, and end with their public half', () => {
    expect(keyPairOf(1)).toEqual(STATION)
    expect(keyPairOf(2).publicKey).not.toEqual(STATION.publicKey)
    expect(STATION.secretKey.subarray(32)).toEqual(STATION.publicKey)
    expect(codeOf(() => keyPairFromSeed(sodium, counting(31)))).toBe('VALUE_BYTES')
  })

  test('have a short id for people', () => {
    expect(keyId(Uint8Array.of(0xab, 0xcd, 0x01, 0x02, ...counting(28)))).toBe('abcd0102')
  })
})

describe('hexadecimal', () => {
  test('comes back, upper case included', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes)
      }),
    )
  })

  test('is refused when anything in it is not', () => {
    for (const text of ['abc', 'zz', '0x', 'ab ', ' a', '+1', '٠١']) {
      expect(codeOf(() => fromHex(text))).toBe('HEX')
    }
  })
})

describe('the topic', () => {
  test('is not the station key and belongs to it alone', () => {
    const topic = stationTopic(sodium, STATION.publicKey)
    expect(topic.length).toBe(32)
    expect(topic).not.toEqual(STATION.publicKey)
    expect(stationTopic(sodium, STATION.publicKey)).toEqual(topic)
    expect(stationTopic(sodium, keyPairOf(2).publicKey)).not.toEqual(topic)
  })
})

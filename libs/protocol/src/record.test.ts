import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { CHAIN_BYTES, decodeRecord, encodeRecord, LIMITS, type StationRecord, verifyChain } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { chainOf, counting, GENERATION, NOW_S, STATION, TERM } from './testing/fixtures.ts'

function keysOf(count: number, first: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => counting(32, first + i))
}

function recordOf(encoders: number, relays: number): StationRecord {
  return {
    version: 1,
    updatedS: NOW_S,
    encoders: keysOf(encoders, 1),
    relays: keysOf(relays, 100),
    certificate: chainOf(),
    generation: GENERATION,
    term: TERM,
  }
}

const FULL = recordOf(LIMITS.maxRecordEncoders, LIMITS.maxRecordRelays)

describe('a station record', () => {
  test('comes back as it was, empty or full', () => {
    for (const record of [recordOf(0, 0), recordOf(1, 2), FULL]) {
      expect(decodeRecord(encodeRecord(record))).toEqual(record)
    }
    const { certificate } = decodeRecord(encodeRecord(FULL))
    expect(verifyChain(sodium, certificate, { stationKey: STATION.publicKey, nowS: NOW_S }).term).toBe(TERM)
  })

  test('stays within 900 bytes even with the longest extension of a later version', () => {
    const bytes = encodeRecord(FULL)
    const extension = counting(LIMITS.maxRecordExtensionBytes)
    const extended = Uint8Array.of(...bytes.subarray(0, -1), extension.length, ...extension)
    expect(extended.length).toBeLessThanOrEqual(LIMITS.maxRecordBytes)
    expect(decodeRecord(extended)).toEqual(FULL)
  })

  test('is not made with too many keys or another term than its certificate has', () => {
    expect(codeOf(() => encodeRecord(recordOf(LIMITS.maxRecordEncoders + 1, 0)))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeRecord(recordOf(0, LIMITS.maxRecordRelays + 1)))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeRecord({ ...FULL, term: TERM + 1 }))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeRecord({ ...FULL, generation: GENERATION + 1 }))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeRecord({ ...FULL, version: 2 }))).toBe('VALUE_RANGE')
  })

  test('is refused when it is cut off, too long, or of another version', () => {
    const bytes = encodeRecord(FULL)
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodeRecord(bytes.subarray(0, length)))).toBe('RECORD_LENGTH')
    }
    expect(codeOf(() => decodeRecord(Uint8Array.of(...bytes, 1)))).toBe('RECORD_LENGTH')
    expect(codeOf(() => decodeRecord(new Uint8Array(LIMITS.maxRecordBytes + 1)))).toBe('RECORD_LENGTH')
    expect(codeOf(() => decodeRecord(bytes.with(0, 2)))).toBe('RECORD_VERSION')
    expect(codeOf(() => decodeRecord(bytes.with(7, 2)))).toBe('CERT_VERSION')
    expect(codeOf(() => decodeRecord(bytes.with(7 + CHAIN_BYTES, 5)))).toBe('RECORD_VALUE')
  })
})

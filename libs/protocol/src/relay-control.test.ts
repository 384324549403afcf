import { describe, expect, test } from 'vitest'
import { type ControlMessage, decodeControl, encodeControl, LIMITS } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { counting } from './testing/fixtures.ts'

const keys = (count: number): Uint8Array[] => Array.from({ length: count }, (_, at) => counting(32, at))
const ancestors = (count: number): ControlMessage => ({ type: 'ancestors', channel: 1, keys: keys(count) })
const parents = (count: number): ControlMessage => ({
  type: 'parents',
  channel: 1,
  parents: keys(count).map((key) => ({ key, depth: 3, freeSlots: 2, rttMs: 40 })),
})

describe('what relays say', () => {
  test('names at most 16 parents and 16 ancestors', () => {
    for (const message of [parents(LIMITS.maxParents), ancestors(LIMITS.maxHops)]) {
      expect(decodeControl(encodeControl(message))).toEqual(message)
    }
    expect(codeOf(() => encodeControl(parents(LIMITS.maxParents + 1)))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeControl(ancestors(LIMITS.maxHops + 1)))).toBe('VALUE_RANGE')
    // The count is refused before a single key is looked for.
    expect(codeOf(() => decodeControl(Uint8Array.of(0x12, 1, 17)))).toBe('CONTROL_VALUE')
    expect(codeOf(() => decodeControl(Uint8Array.of(0x13, 1, 17)))).toBe('CONTROL_VALUE')
  })

  test('never names a way that passes a peer twice', () => {
    const twice: ControlMessage = { type: 'ancestors', channel: 1, keys: [...keys(2), counting(32)] }
    expect(codeOf(() => encodeControl(twice))).toBe('VALUE_RANGE')
    const bytes = encodeControl(ancestors(2))
    bytes.copyWithin(3 + 32, 3, 3 + 32)
    expect(codeOf(() => decodeControl(bytes))).toBe('CONTROL_VALUE')
  })

  test('is refused outside its limits', () => {
    expect(codeOf(() => decodeControl(Uint8Array.of(0x10, 1, 4, 0, 0)))).toBe('CONTROL_VALUE')
    // A key that is told of and not there.
    expect(codeOf(() => decodeControl(Uint8Array.of(0x10, 1, 2, 0, 0)))).toBe('CONTROL_LENGTH')
    expect(codeOf(() => decodeControl(Uint8Array.of(0x11, 1, 5, 0, 0)))).toBe('CONTROL_VALUE')
    // More free slots than slots.
    expect(codeOf(() => decodeControl(Uint8Array.of(0x10, 1, 0, 2, 3)))).toBe('CONTROL_VALUE')
    const lifetimeMs = LIMITS.minReservationMs - 1
    expect(
      codeOf(() => encodeControl({ type: 'reserved', channel: 1, lifetimeMs, bytesPerS: 0, freeSlots: 0 })),
    ).toBe('VALUE_RANGE')
  })
})

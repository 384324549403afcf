import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  type ControlMessage,
  CRITICAL_KIND,
  decodeControl,
  encodeControl,
  encodeEnvelope,
  LIMITS,
  signEnvelope,
} from './index.ts'
import { controlMessage } from './testing/arbitraries.ts'
import { codeOf } from './testing/errors.ts'
import { counting, keyPairOf } from './testing/fixtures.ts'

const HELLO: ControlMessage = {
  type: 'hello',
  versionMin: 1,
  versionMax: 3,
  features: 0xffff_ffff,
  role: 'relay',
  maxDatagramBytes: 1152,
}
const BYE = { type: 'bye', reason: 'off-air', detail: 'Späti FM 🎧' } as const

function isCritical(message: ControlMessage): boolean {
  return ((encodeControl(message)[0] ?? 0) & CRITICAL_KIND) !== 0
}

function offer(sdp: string): ControlMessage {
  return { type: 'signal', session: 1, signal: { kind: 'offer', sdp } }
}

describe('control messages', () => {
  test('of every kind come back as they were', () => {
    fc.assert(
      fc.property(controlMessage, (message) => {
        expect(decodeControl(encodeControl(message))).toEqual(message)
      }),
      { numRuns: 500 },
    )
  })

  test('outlive the buffer that they came in', () => {
    const message: ControlMessage = { type: 'seal-key', key: counting(32) }
    const received = Buffer.from(encodeControl(message))
    const decoded = decodeControl(received)
    received.fill(0)
    expect(decoded).toEqual(message)
  })

  test('of unknown kinds say whether they may be skipped', () => {
    expect(decodeControl(Uint8Array.of(0x7f, 1, 2, 3))).toEqual({
      type: 'unknown',
      kind: 0x7f,
      critical: false,
    })
    expect(decodeControl(Uint8Array.of(0xff))).toEqual({ type: 'unknown', kind: 0xff, critical: true })
  })

  test('that a session cannot do without are critical, the others optional', () => {
    expect(isCritical(HELLO)).toBe(true)
    expect(isCritical({ type: 'seal-key', key: counting(32) })).toBe(true)
    expect(isCritical({ type: 'ping', id: 1, t0Us: 0 })).toBe(false)
    expect(isCritical({ type: 'bye', reason: 'leaving', detail: '' })).toBe(false)
  })

  test('are refused with bytes missing or left over', () => {
    const bytes = encodeControl(BYE)
    expect(codeOf(() => decodeControl(new Uint8Array(0)))).toBe('CONTROL_LENGTH')
    for (let length = 1; length < bytes.length; length++) {
      expect(codeOf(() => decodeControl(bytes.subarray(0, length)))).toBe('CONTROL_LENGTH')
    }
    expect(codeOf(() => decodeControl(Uint8Array.of(...bytes, 0)))).toBe('CONTROL_LENGTH')
    expect(codeOf(() => decodeControl(new Uint8Array(LIMITS.maxControlBytes + 1)))).toBe('CONTROL_LENGTH')
  })

  test('fit the channel even when every field is as long as it may be', () => {
    const payload = encodeControl(offer('x'.repeat(LIMITS.maxSdpBytes)))
    expect(payload.length).toBeLessThanOrEqual(LIMITS.maxEnvelopePayloadBytes)
    const largest = new Uint8Array(LIMITS.maxEnvelopePayloadBytes)
    const envelope = signEnvelope(sodium, keyPairOf(5), { to: counting(32), sentMs: 1, payload: largest })
    const routed: ControlMessage = { type: 'routed', envelope }
    expect(encodeControl(routed).length).toBe(1 + encodeEnvelope(envelope).length)
    expect(encodeControl(routed).length).toBeLessThanOrEqual(LIMITS.maxControlBytes)
    expect(decodeControl(encodeControl(routed))).toEqual(routed)
  })

  test('with fields beyond their limits are neither made nor read', () => {
    expect(codeOf(() => encodeControl(offer('x'.repeat(LIMITS.maxSdpBytes + 1))))).toBe('VALUE_BYTES')
    expect(codeOf(() => encodeControl(offer('')))).toBe('VALUE_BYTES')
    expect(codeOf(() => encodeControl({ type: 'ping', id: 1, t0Us: 0.5 }))).toBe('VALUE_RANGE')
    expect(codeOf(() => encodeControl({ ...HELLO, versionMin: 4 }))).toBe('VALUE_RANGE')
    // An SDP that claims 16385 bytes is refused before they are looked for.
    expect(codeOf(() => decodeControl(Uint8Array.of(0x08, 1, 0, 0xfd, 0x01, 0x40)))).toBe('CONTROL_VALUE')
    expect(codeOf(() => decodeControl(Uint8Array.of(0x08, 1, 5)))).toBe('CONTROL_VALUE')
    expect(codeOf(() => decodeControl(Uint8Array.of(0x84, 1, 0, 4)))).toBe('CONTROL_VALUE')
  })
})

describe('hello', () => {
  test('may have an extension that this version does not know', () => {
    const bytes = encodeControl(HELLO)
    const extended = Uint8Array.of(...bytes.subarray(0, -1), 3, 9, 9, 9)
    expect(decodeControl(extended)).toEqual(HELLO)
  })

  test('with a version range the wrong way round is refused', () => {
    expect(codeOf(() => decodeControl(encodeControl(HELLO).with(1, 9)))).toBe('CONTROL_VALUE')
    expect(codeOf(() => decodeControl(encodeControl(HELLO).with(1, 0)))).toBe('CONTROL_VALUE')
  })
})

describe('text for people', () => {
  test('is made to fit by its sender', () => {
    const sent = encodeControl({ ...BYE, detail: 'Night\r\nshift \u001b[31m\u202e' })
    expect(decodeControl(sent)).toMatchObject({ detail: 'Night shift  [31m ' })
    const long = encodeControl({ type: 'bye', reason: 'leaving', detail: 'ö'.repeat(150) })
    expect(decodeControl(long)).toMatchObject({ detail: 'ö'.repeat(LIMITS.maxDetailBytes / 2) })
  })

  test('with control characters or broken UTF-8 is refused by its receiver', () => {
    const bytes = encodeControl({ ...BYE, detail: 'ab' })
    expect(codeOf(() => decodeControl(bytes.with(bytes.length - 1, 0x1b)))).toBe('CONTROL_VALUE')
    expect(codeOf(() => decodeControl(bytes.with(bytes.length - 1, 0xff)))).toBe('CONTROL_VALUE')
  })
})

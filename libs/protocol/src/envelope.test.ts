import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { decodeEnvelope, encodeEnvelope, LIMITS, signEnvelope, verifyEnvelope } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { counting, keyPairOf } from './testing/fixtures.ts'

const FROM = keyPairOf(5)
const TO = keyPairOf(6).publicKey
const SENT_MS = 1_795_014_400_000
const ENVELOPE = signEnvelope(sodium, FROM, { to: TO, sentMs: SENT_MS, payload: counting(100) })

function verdict(envelope: typeof ENVELOPE, nowMs: number = SENT_MS): string {
  return codeOf(() => verifyEnvelope(sodium, envelope, { to: TO, nowMs }))
}

describe('a routed envelope', () => {
  test('is believed by the one it is for, after any trip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const envelope = signEnvelope(sodium, FROM, { to: TO, sentMs: SENT_MS, payload })
        const received = decodeEnvelope(encodeEnvelope(envelope))
        expect(received).toEqual(envelope)
        expect(verdict(received)).toBe('no error')
      }),
    )
  })

  test('is refused when whoever passed it on changed anything', () => {
    const bytes = encodeEnvelope(ENVELOPE)
    for (let at = 0; at < bytes.length; at++) {
      const code = codeOf(() => {
        const changed = decodeEnvelope(bytes.with(at, (bytes[at] ?? 0) ^ 1))
        verifyEnvelope(sodium, changed, { to: TO, nowMs: SENT_MS })
      })
      expect(code).toMatch(/^ENVELOPE_(SIGNATURE|RECIPIENT|LENGTH)$/)
    }
  })

  test('for somebody else is told apart from a forged one', () => {
    const other = signEnvelope(sodium, FROM, {
      to: keyPairOf(7).publicKey,
      sentMs: SENT_MS,
      payload: counting(1),
    })
    expect(verdict(other)).toBe('ENVELOPE_RECIPIENT')
    expect(verdict({ ...other, to: TO })).toBe('ENVELOPE_SIGNATURE')
  })

  test('is refused when it is more than five minutes old, or as much from the future', () => {
    expect(verdict(ENVELOPE, SENT_MS + LIMITS.maxEnvelopeAgeMs)).toBe('no error')
    expect(verdict(ENVELOPE, SENT_MS - LIMITS.maxEnvelopeAgeMs)).toBe('no error')
    expect(verdict(ENVELOPE, SENT_MS + LIMITS.maxEnvelopeAgeMs + 1)).toBe('ENVELOPE_AGE')
    expect(verdict(ENVELOPE, SENT_MS - LIMITS.maxEnvelopeAgeMs - 1)).toBe('ENVELOPE_AGE')
    expect(verdict(ENVELOPE, Number.NaN)).toBe('ENVELOPE_AGE')
  })

  test('holds a bounded payload', () => {
    const payload = new Uint8Array(LIMITS.maxEnvelopePayloadBytes + 1)
    expect(codeOf(() => signEnvelope(sodium, FROM, { to: TO, sentMs: SENT_MS, payload }))).toBe('VALUE_BYTES')
  })
})

import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { decodeRouted, encodeRouted, LIMITS, routedBinding, type RoutedPayload } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { counting } from './testing/fixtures.ts'

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

const payloads: fc.Arbitrary<RoutedPayload> = fc.oneof(
  fc.record({ kind: fc.constant('open' as const), nonce: bytesOf(32) }),
  fc.record({ kind: fc.constant('opened' as const), nonce: bytesOf(32), answer: bytesOf(32) }),
  fc.record({
    kind: fc.constant('message' as const),
    session: bytesOf(16),
    counter: fc.nat(2 ** 32 - 1),
    message: fc.uint8Array({ minLength: 1, maxLength: 400 }),
  }),
)

describe('the payload of a routed envelope', () => {
  test('comes back whole', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(decodeRouted(encodeRouted(payload))).toEqual(payload)
      }),
    )
  })

  test('never throws anything but its own errors, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(codeOf(() => decodeRouted(bytes))).toMatch(/^(no error|ENVELOPE_(LENGTH|VALUE))$/)
      }),
    )
  })

  test('fills an envelope and no more', () => {
    const largest = LIMITS.maxEnvelopePayloadBytes - 24
    const of = (length: number): RoutedPayload => ({
      kind: 'message',
      session: counting(16),
      counter: 1,
      message: new Uint8Array(length),
    })
    expect(encodeRouted(of(largest))).toHaveLength(LIMITS.maxEnvelopePayloadBytes)
    expect(codeOf(() => encodeRouted(of(largest + 1)))).toBe('VALUE_BYTES')
    // A session description as large as they come still fits, with what stands before it.
    expect(largest).toBeGreaterThan(LIMITS.maxSdpBytes + 16)
  })
})

describe('the binding of a routed session', () => {
  const session = {
    initiatorKey: counting(32),
    responderKey: counting(32, 1),
    initiatorNonce: counting(32, 2),
    responderNonce: counting(32, 3),
  }

  test('differs with each key and each nonce, and with their order', () => {
    const bindings = [
      session,
      ...Object.keys(session).map((field) => ({ ...session, [field]: counting(32, 9) })),
      { ...session, initiatorKey: session.responderKey, responderKey: session.initiatorKey },
      { ...session, initiatorNonce: session.responderNonce, responderNonce: session.initiatorNonce },
    ].map((each) => Buffer.from(routedBinding(sodium, each)).toString('hex'))
    expect(new Set(bindings).size).toBe(bindings.length)
  })
})

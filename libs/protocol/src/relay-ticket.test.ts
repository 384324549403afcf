import * as fc from 'fast-check'
import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import { decodeTicket, encodeTicket, issueTicket, LIMITS, type RelayTicket, verifyTicket } from './index.ts'
import { codeOf } from './testing/errors.ts'
import { chainOf, ENCODER, GENERATION, keyPairOf, NOW_S, STATION } from './testing/fixtures.ts'

const RELAY = keyPairOf(8)
const { encoder: certificate } = chainOf()
const DAY_S = 86_400
const fields = {
  stationKey: STATION.publicKey,
  generation: GENERATION,
  relayKey: RELAY.publicKey,
  notBeforeS: NOW_S,
  notAfterS: NOW_S + DAY_S,
}
const TICKET = issueTicket(sodium, ENCODER, fields)

function verdict(ticket: RelayTicket, changes: { nowS?: number; relayKey?: Uint8Array } = {}): string {
  return codeOf(() =>
    verifyTicket(sodium, ticket, { certificate, relayKey: RELAY.publicKey, nowS: NOW_S, ...changes }),
  )
}

describe('a relay ticket', () => {
  test('is believed for the relay it names, after any trip', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LIMITS.maxTicketS }), (lengthS) => {
        const ticket = issueTicket(sodium, ENCODER, { ...fields, notAfterS: NOW_S + lengthS })
        const received = decodeTicket(encodeTicket(ticket))
        expect(received).toEqual(ticket)
        expect(verdict(received)).toBe('no error')
      }),
    )
  })

  test('is refused after a change of any byte', () => {
    const bytes = encodeTicket(TICKET)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ 1)
      const code = codeOf(() => {
        verifyTicket(sodium, decodeTicket(changed), { certificate, relayKey: RELAY.publicKey, nowS: NOW_S })
      })
      expect(code).toMatch(/^TICKET_(VERSION|SCOPE|SIGNATURE)$/)
    }
  })

  test('does not serve another relay, another station or a revoked encoder', () => {
    expect(verdict(TICKET, { relayKey: keyPairOf(9).publicKey })).toBe('TICKET_SCOPE')
    expect(verdict(issueTicket(sodium, ENCODER, { ...fields, stationKey: keyPairOf(9).publicKey }))).toBe(
      'TICKET_SCOPE',
    )
    expect(verdict(issueTicket(sodium, ENCODER, { ...fields, generation: GENERATION - 1 }))).toBe(
      'TICKET_SCOPE',
    )
    expect(verdict(issueTicket(sodium, keyPairOf(9), fields))).toBe('TICKET_SIGNATURE')
  })

  test('is judged by dates with five minutes of tolerance', () => {
    const { notAfterS, notBeforeS } = TICKET
    expect(verdict(TICKET, { nowS: notBeforeS - LIMITS.clockSkewS })).toBe('no error')
    expect(verdict(TICKET, { nowS: notAfterS + LIMITS.clockSkewS })).toBe('no error')
    expect(verdict(TICKET, { nowS: notAfterS + LIMITS.clockSkewS + 1 })).toBe('TICKET_EXPIRED')
    expect(verdict(TICKET, { nowS: notBeforeS - LIMITS.clockSkewS - 1 })).toBe('TICKET_NOT_YET_VALID')
    expect(verdict(TICKET, { nowS: Number.NaN })).toBe('TICKET_NOT_YET_VALID')
  })

  test('is not issued for longer than seven days', () => {
    for (const lengthS of [0, -1, Number.NaN, LIMITS.maxTicketS + 1]) {
      const notAfterS = NOW_S + lengthS
      expect(codeOf(() => issueTicket(sodium, ENCODER, { ...fields, notAfterS }))).toBe('TICKET_VALIDITY')
    }
  })

  test('is refused when it is cut off or too long', () => {
    const bytes = encodeTicket(TICKET)
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodeTicket(bytes.subarray(0, length)))).toBe('TICKET_LENGTH')
    }
    expect(codeOf(() => decodeTicket(Uint8Array.of(...bytes, 0)))).toBe('TICKET_LENGTH')
  })
})

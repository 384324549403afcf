import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  type CertificateChain,
  CHAIN_BYTES,
  compareTerm,
  decodeChain,
  encodeChain,
  issueEncoderCertificate,
  issueSessionCertificate,
  LIMITS,
  nextTerm,
  verifyChain,
  type VerifiedSession,
} from './index.ts'
import { sign } from './keys.ts'
import { codeOf } from './testing/errors.ts'
import { chainOf, ENCODER, GENERATION, keyPairOf, NOW_S, SESSION, STATION, TERM } from './testing/fixtures.ts'

const chain = chainOf()

function verify(given: CertificateChain, nowS: number = NOW_S): VerifiedSession {
  return verifyChain(sodium, given, { stationKey: STATION.publicKey, nowS })
}

/** A session certificate that the library would not issue, signed by hand. */
function signFor(lengthS: number): CertificateChain {
  const notAfterS = NOW_S + lengthS
  const bytes = Buffer.alloc(86)
  STATION.publicKey.forEach((byte, at) => bytes.writeUInt8(byte, at))
  bytes.writeUInt32BE(GENERATION, 32)
  SESSION.publicKey.forEach((byte, at) => bytes.writeUInt8(byte, 36 + at))
  bytes.writeUIntBE(TERM, 68, 6)
  bytes.writeUIntBE(NOW_S, 74, 6)
  bytes.writeUIntBE(notAfterS, 80, 6)
  const signed = Buffer.concat([Buffer.from('pearcast/1 session certificate\0'), bytes])
  const signature = sign(sodium, signed, ENCODER.secretKey)
  const session = { sessionKey: SESSION.publicKey, term: TERM, notBeforeS: NOW_S, notAfterS, signature }
  return { encoder: chain.encoder, session }
}

describe('a certificate chain', () => {
  test('that the station made is believed, also after a trip over the wire', () => {
    const bytes = encodeChain(chain)
    expect(bytes.length).toBe(CHAIN_BYTES)
    expect(verify(decodeChain(bytes))).toEqual({
      stationKey: STATION.publicKey,
      sessionKey: SESSION.publicKey,
      generation: GENERATION,
      term: TERM,
      notAfterS: chain.session.notAfterS,
    })
  })

  test('is refused after a change of any byte', () => {
    const bytes = encodeChain(chain)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ 1)
      expect(codeOf(() => verify(decodeChain(changed)))).toMatch(/^CERT_(VERSION|STATION|SIGNATURE)$/)
    }
  })

  test('of another station is named as such', () => {
    expect(codeOf(() => verify(chainOf({ station: keyPairOf(9) })))).toBe('CERT_STATION')
  })

  test('whose encoder is not certified by the station is refused', () => {
    const forged = issueEncoderCertificate(sodium, keyPairOf(9), { ...chain.encoder })
    expect(codeOf(() => verify({ ...chain, encoder: { ...forged, stationKey: STATION.publicKey } }))).toBe(
      'CERT_SIGNATURE',
    )
  })

  test('does not lend its session to another generation or station', () => {
    const older = chainOf({ generation: GENERATION - 1 })
    expect(codeOf(() => verify({ encoder: chain.encoder, session: older.session }))).toBe('CERT_SIGNATURE')
    const other = chainOf({ station: keyPairOf(9) })
    expect(codeOf(() => verify({ encoder: chain.encoder, session: other.session }))).toBe('CERT_SIGNATURE')
  })

  test('is judged by dates with five minutes of tolerance', () => {
    const { notBeforeS, notAfterS } = chain.session
    expect(verify(chain, notAfterS + LIMITS.clockSkewS).term).toBe(TERM)
    expect(verify(chain, notBeforeS - LIMITS.clockSkewS).term).toBe(TERM)
    expect(codeOf(() => verify(chain, notAfterS + LIMITS.clockSkewS + 1))).toBe('CERT_EXPIRED')
    expect(codeOf(() => verify(chain, notBeforeS - LIMITS.clockSkewS - 1))).toBe('CERT_NOT_YET_VALID')
    expect(codeOf(() => verify(chain, Number.NaN))).toBe('CERT_NOT_YET_VALID')
  })

  test('of an encoder that has expired is refused while its session would still last', () => {
    const encoder = issueEncoderCertificate(sodium, STATION, { ...chain.encoder, notAfterS: NOW_S - 1000 })
    expect(codeOf(() => verify({ ...chain, encoder }))).toBe('CERT_EXPIRED')
  })

  test('ends with the shorter of its certificates', () => {
    const encoder = issueEncoderCertificate(sodium, STATION, { ...chain.encoder, notAfterS: NOW_S + 10 })
    expect(verify({ ...chain, encoder }).notAfterS).toBe(NOW_S + 10)
  })

  test('is not issued for longer than the limits', () => {
    const longSession = { ...chain.session, stationKey: STATION.publicKey, generation: GENERATION }
    const notAfterS = longSession.notBeforeS + LIMITS.maxSessionCertificateS + 1
    expect(codeOf(() => issueSessionCertificate(sodium, ENCODER, { ...longSession, notAfterS }))).toBe(
      'CERT_VALIDITY',
    )
    const { notBeforeS } = chain.encoder
    for (const lengthS of [0, -5, Number.NaN, LIMITS.maxEncoderCertificateS + 1]) {
      const fields = { ...chain.encoder, notAfterS: notBeforeS + lengthS }
      expect(codeOf(() => issueEncoderCertificate(sodium, STATION, fields))).toBe('CERT_VALIDITY')
    }
  })

  test('of a session that its encoder signed for too long is refused', () => {
    expect(verify(signFor(LIMITS.maxSessionCertificateS)).term).toBe(TERM)
    expect(codeOf(() => verify(signFor(LIMITS.maxSessionCertificateS + 1)))).toBe('CERT_VALIDITY')
  })

  test('of a later format says so', () => {
    expect(codeOf(() => decodeChain(encodeChain(chain).with(0, 2)))).toBe('CERT_VERSION')
    expect(codeOf(() => decodeChain(encodeChain(chain).subarray(1)))).toMatch(/^CERT_/)
    expect(codeOf(() => decodeChain(encodeChain(chain).subarray(0, -1)))).toBe('CERT_LENGTH')
  })
})

describe('terms', () => {
  test('order runs by generation first', () => {
    expect(compareTerm({ generation: 1, term: 9 }, { generation: 2, term: 1 })).toBe(-1)
    expect(compareTerm({ generation: 2, term: 1 }, { generation: 2, term: 1 })).toBe(0)
    expect(compareTerm({ generation: 2, term: 2 }, { generation: 2, term: 1 })).toBe(1)
  })

  test('rise at each start, whatever the clock and the store say', () => {
    expect(nextTerm(0, NOW_S + 0.9)).toBe(NOW_S)
    expect(nextTerm(NOW_S, NOW_S)).toBe(NOW_S + 1)
    expect(nextTerm(NOW_S + 500, NOW_S)).toBe(NOW_S + 501)
    expect(codeOf(() => nextTerm(-1, NOW_S))).toBe('VALUE_RANGE')
    expect(codeOf(() => nextTerm(0, Number.NaN))).toBe('VALUE_RANGE')
  })
})

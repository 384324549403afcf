import sodium from 'sodium-universal'
import { describe, expect, test } from 'vitest'
import {
  type ProofFields,
  proofKey,
  proofMac,
  sessionProofBytes,
  signSessionProof,
  verifyProof,
  verifySessionProof,
} from './index.ts'
import { codeOf } from './testing/errors.ts'
import { counting, GROUP_KEY, keyPairOf, PROOF_FIELDS, SESSION, STATION } from './testing/fixtures.ts'

const KEY = proofKey(sodium, STATION.publicKey)
const OTHERS: Partial<ProofFields>[] = [
  { role: 'listener' },
  { localKey: keyPairOf(20).publicKey },
  { remoteKey: keyPairOf(20).publicKey },
  { handshakeHash: counting(64, 1) },
  { handshakeHash: counting(32) },
  { channelLabel: 'pearcast/other' },
  { stationKey: keyPairOf(20).publicKey },
]

describe('the proof of knowing a station', () => {
  test('is accepted for exactly the connection it was made for', () => {
    const mac = proofMac(sodium, KEY, PROOF_FIELDS)
    expect(verifyProof(sodium, KEY, mac, PROOF_FIELDS)).toBe(true)
    for (const other of OTHERS)
      expect(verifyProof(sodium, KEY, mac, { ...PROOF_FIELDS, ...other })).toBe(false)
    expect(verifyProof(sodium, KEY, mac.with(0, (mac[0] ?? 0) ^ 1), PROOF_FIELDS)).toBe(false)
    expect(verifyProof(sodium, KEY, mac.subarray(1), PROOF_FIELDS)).toBe(false)
  })

  test('cannot be sent back by the side that received it', () => {
    const { localKey, remoteKey } = PROOF_FIELDS
    const mac = proofMac(sodium, KEY, PROOF_FIELDS)
    expect(verifyProof(sodium, KEY, mac, { ...PROOF_FIELDS, localKey: remoteKey, remoteKey: localKey })).toBe(
      false,
    )
  })

  test('of a private station takes its group key', () => {
    const key = proofKey(sodium, STATION.publicKey, GROUP_KEY)
    const mac = proofMac(sodium, key, PROOF_FIELDS)
    expect(verifyProof(sodium, key, mac, PROOF_FIELDS)).toBe(true)
    expect(verifyProof(sodium, KEY, mac, PROOF_FIELDS)).toBe(false)
    expect(verifyProof(sodium, proofKey(sodium, STATION.publicKey, counting(32)), mac, PROOF_FIELDS)).toBe(
      false,
    )
    expect(verifyProof(sodium, proofKey(sodium, keyPairOf(20).publicKey, GROUP_KEY), mac, PROOF_FIELDS)).toBe(
      false,
    )
  })

  test('is not made from fields of another size', () => {
    for (const wrong of [{ localKey: counting(31) }, { handshakeHash: counting(65) }, { channelLabel: '' }]) {
      expect(codeOf(() => proofMac(sodium, KEY, { ...PROOF_FIELDS, ...wrong }))).toBe('VALUE_BYTES')
    }
  })
})

describe('the proof of holding the session key', () => {
  test('is accepted for exactly the connection it was made for', () => {
    const signature = signSessionProof(sodium, SESSION.secretKey, PROOF_FIELDS)
    const verify = (fields: ProofFields): boolean =>
      verifySessionProof(sodium, SESSION.publicKey, signature, fields)
    expect(verify(PROOF_FIELDS)).toBe(true)
    for (const other of OTHERS) expect(verify({ ...PROOF_FIELDS, ...other })).toBe(false)
    expect(verifySessionProof(sodium, keyPairOf(20).publicKey, signature, PROOF_FIELDS)).toBe(false)
    expect(verifySessionProof(sodium, SESSION.publicKey, signature.subarray(1), PROOF_FIELDS)).toBe(false)
  })

  test('signs other bytes than the MAC covers', () => {
    expect(Buffer.from(sessionProofBytes(PROOF_FIELDS)).toString('latin1')).toMatch(
      /^pearcast\/1 session proof\0/,
    )
  })
})

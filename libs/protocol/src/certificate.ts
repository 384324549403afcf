import { domain } from './domain.ts'
import { concat, equalBytes, MAX_U48, requireInteger } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES, type KeyPair, sign, SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import { Reader } from './reader.ts'
import type { Sodium } from './sodium.ts'
import { Writer } from './writer.ts'

/** The station says which encoder may speak for it. Times in unix seconds, both ends included. */
export interface EncoderCertificate {
  stationKey: Uint8Array
  encoderKey: Uint8Array
  /** Counts encoders: a lost one is revoked by certifying another with a higher generation. */
  generation: number
  notBeforeS: number
  notAfterS: number
  signature: Uint8Array
}

/** The encoder says which key signs the frames of one run. Its signature covers station and generation too. */
export interface SessionCertificate {
  sessionKey: Uint8Array
  /** Orders the runs of one generation, see `nextTerm`. */
  term: number
  notBeforeS: number
  notAfterS: number
  signature: Uint8Array
}

export interface CertificateChain {
  encoder: EncoderCertificate
  session: SessionCertificate
}

/** What is left of a chain once every signature and date has been checked. */
export interface VerifiedSession {
  stationKey: Uint8Array
  sessionKey: Uint8Array
  generation: number
  term: number
  /** The earlier end of the two certificates. */
  notAfterS: number
}

export type EncoderCertificateFields = Omit<EncoderCertificate, 'stationKey' | 'signature'>
export interface SessionCertificateFields extends Omit<SessionCertificate, 'signature'> {
  stationKey: Uint8Array
  generation: number
}

const FORMAT_VERSION = 1
const ENCODER_DOMAIN = domain('encoder certificate')
const SESSION_DOMAIN = domain('session certificate')
/** Version 1, encoder certificate 144, session certificate 114. */
export const CHAIN_BYTES = 259

/** Throws CERT_VALIDITY for a period that is empty or longer than 90 days. */
export function issueEncoderCertificate(
  sodium: Sodium,
  station: KeyPair,
  fields: EncoderCertificateFields,
): EncoderCertificate {
  checkPeriod('encoder', fields)
  const { encoderKey, generation, notBeforeS, notAfterS } = fields
  const body = { stationKey: station.publicKey, encoderKey, generation, notBeforeS, notAfterS }
  return { ...body, signature: sign(sodium, encoderBytes(body), station.secretKey) }
}

/** Throws CERT_VALIDITY for a period that is empty or longer than 24 hours. */
export function issueSessionCertificate(
  sodium: Sodium,
  encoder: KeyPair,
  fields: SessionCertificateFields,
): SessionCertificate {
  checkPeriod('session', fields)
  const { stationKey, generation, sessionKey, term, notBeforeS, notAfterS } = fields
  const body = { sessionKey, term, notBeforeS, notAfterS }
  return { ...body, signature: sign(sodium, sessionBytes(stationKey, generation, body), encoder.secretKey) }
}

export function encodeChain({ encoder, session }: CertificateChain): Uint8Array {
  return new Writer()
    .u8('certificate version', FORMAT_VERSION)
    .fixed('the station key', encoder.stationKey, KEY_BYTES)
    .fixed('the encoder key', encoder.encoderKey, KEY_BYTES)
    .u32('generation', encoder.generation)
    .u48('notBeforeS', encoder.notBeforeS)
    .u48('notAfterS', encoder.notAfterS)
    .fixed('the encoder signature', encoder.signature, SIGNATURE_BYTES)
    .fixed('the session key', session.sessionKey, KEY_BYTES)
    .u48('term', session.term)
    .u48('notBeforeS', session.notBeforeS)
    .u48('notAfterS', session.notAfterS)
    .fixed('the session signature', session.signature, SIGNATURE_BYTES)
    .finish()
}

/** Structure only: call `verifyChain` before believing anything in it. */
export function decodeChain(bytes: Uint8Array): CertificateChain {
  const reader = new Reader('CERT', bytes)
  const version = reader.u8('certificate version')
  if (version !== FORMAT_VERSION) throw ProtocolError.version('CERT', version)
  const encoder: EncoderCertificate = {
    stationKey: reader.fixed('station key', KEY_BYTES),
    encoderKey: reader.fixed('encoder key', KEY_BYTES),
    generation: reader.u32('generation'),
    notBeforeS: reader.u48('notBeforeS'),
    notAfterS: reader.u48('notAfterS'),
    signature: reader.fixed('encoder signature', SIGNATURE_BYTES),
  }
  const session: SessionCertificate = {
    sessionKey: reader.fixed('session key', KEY_BYTES),
    term: reader.u48('term'),
    notBeforeS: reader.u48('notBeforeS'),
    notAfterS: reader.u48('notAfterS'),
    signature: reader.fixed('session signature', SIGNATURE_BYTES),
  }
  reader.end()
  return { encoder, session }
}

/**
 * Checks a chain against the key in the listener's link. Throws CERT_STATION, CERT_SIGNATURE, CERT_VALIDITY,
 * CERT_NOT_YET_VALID or CERT_EXPIRED. Clocks may differ by `LIMITS.clockSkewS`. Whether the term is older than
 * one already seen is the caller's to ask, with `compareTerm`.
 */
export function verifyChain(
  sodium: Sodium,
  { encoder, session }: CertificateChain,
  { stationKey, nowS }: { stationKey: Uint8Array; nowS: number },
): VerifiedSession {
  if (!equalBytes(encoder.stationKey, stationKey)) throw ProtocolError.certificateStation()
  if (!verifies(sodium, encoder.signature, encoderBytes(encoder), stationKey)) {
    throw ProtocolError.certificateSignature('encoder')
  }
  const signed = sessionBytes(stationKey, encoder.generation, session)
  if (!verifies(sodium, session.signature, signed, encoder.encoderKey)) {
    throw ProtocolError.certificateSignature('session')
  }
  checkPeriod('encoder', encoder)
  checkPeriod('session', session)
  checkNow('encoder', encoder, nowS)
  checkNow('session', session, nowS)
  return {
    stationKey,
    sessionKey: session.sessionKey,
    generation: encoder.generation,
    term: session.term,
    notAfterS: Math.min(encoder.notAfterS, session.notAfterS),
  }
}

/** -1 when `a` is older, generation before term. A listener keeps the highest pair it has seen and refuses lower ones. */
export function compareTerm(
  a: { generation: number; term: number },
  b: { generation: number; term: number },
): -1 | 0 | 1 {
  const difference = a.generation - b.generation || a.term - b.term
  if (difference === 0) return 0
  return difference < 0 ? -1 : 1
}

/**
 * The term of a new run: above the stored one even when the clock went back, and near the clock when the stored
 * one was lost (pass 0). Throws VALUE_RANGE.
 */
export function nextTerm(storedTerm: number, nowS: number): number {
  requireInteger('the stored term', storedTerm, 0, MAX_U48 - 1)
  const term = Math.max(storedTerm + 1, Math.floor(nowS))
  requireInteger('the term', term, 1, MAX_U48)
  return term
}

type EncoderBody = Omit<EncoderCertificate, 'signature'>
type SessionBody = Omit<SessionCertificate, 'signature'>

function encoderBytes(body: EncoderBody): Uint8Array {
  const fields = new Writer()
    .fixed('the station key', body.stationKey, KEY_BYTES)
    .fixed('the encoder key', body.encoderKey, KEY_BYTES)
    .u32('generation', body.generation)
    .u48('notBeforeS', body.notBeforeS)
    .u48('notAfterS', body.notAfterS)
    .finish()
  return concat([ENCODER_DOMAIN, fields])
}

function sessionBytes(stationKey: Uint8Array, generation: number, body: SessionBody): Uint8Array {
  const fields = new Writer()
    .fixed('the station key', stationKey, KEY_BYTES)
    .u32('generation', generation)
    .fixed('the session key', body.sessionKey, KEY_BYTES)
    .u48('term', body.term)
    .u48('notBeforeS', body.notBeforeS)
    .u48('notAfterS', body.notAfterS)
    .finish()
  return concat([SESSION_DOMAIN, fields])
}

function verifies(
  sodium: Sodium,
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false
  return sodium.crypto_sign_verify_detached(signature, message, publicKey)
}

interface Period {
  notBeforeS: number
  notAfterS: number
}

/** Each comparison is written so that NaN fails it. */
function checkPeriod(which: 'encoder' | 'session', { notBeforeS, notAfterS }: Period): void {
  const maxS = which === 'encoder' ? LIMITS.maxEncoderCertificateS : LIMITS.maxSessionCertificateS
  const lengthS = notAfterS - notBeforeS
  if (!(lengthS >= 1 && lengthS <= maxS)) throw ProtocolError.certificateValidity(which, maxS)
}

function checkNow(which: 'encoder' | 'session', { notBeforeS, notAfterS }: Period, nowS: number): void {
  const { clockSkewS } = LIMITS
  if (!(nowS >= notBeforeS - clockSkewS)) throw ProtocolError.certificateNotYetValid(which, notBeforeS, nowS)
  if (!(nowS <= notAfterS + clockSkewS)) throw ProtocolError.certificateExpired(which, notAfterS, nowS)
}

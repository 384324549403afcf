import { concat, equalBytes, requireBytes } from './bytes.ts'
import { domain } from './domain.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES, type KeyPair, sign, SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import { Reader } from './reader.ts'
import type { Sodium } from './sodium.ts'
import { Writer } from './writer.ts'

/**
 * Signaling that two peers exchange through a common third one, before they have a connection: signed end to
 * end, so that the peer in between can drop it but not change it.
 */
export interface RoutedEnvelope {
  /** Connection (Noise) public keys of the two ends. */
  from: Uint8Array
  to: Uint8Array
  /** The sender's clock, unix milliseconds. */
  sentMs: number
  payload: Uint8Array
  signature: Uint8Array
}

const ENVELOPE = domain('routed envelope')

export function signEnvelope(
  sodium: Sodium,
  from: KeyPair,
  fields: { to: Uint8Array; sentMs: number; payload: Uint8Array },
): RoutedEnvelope {
  const body = { from: from.publicKey, to: fields.to, sentMs: fields.sentMs, payload: fields.payload }
  return { ...body, signature: sign(sodium, signedBytes(body), from.secretKey) }
}

/**
 * For the final recipient. Throws ENVELOPE_RECIPIENT, ENVELOPE_SIGNATURE or ENVELOPE_AGE. A repetition within
 * the allowed age passes: what is inside has to be harmless when it comes twice (a signaling session number is).
 */
export function verifyEnvelope(
  sodium: Sodium,
  envelope: RoutedEnvelope,
  { to, nowMs }: { to: Uint8Array; nowMs: number },
): void {
  if (!equalBytes(envelope.to, to)) throw ProtocolError.envelopeRecipient()
  requireBytes('the signature', envelope.signature, SIGNATURE_BYTES)
  if (!sodium.crypto_sign_verify_detached(envelope.signature, signedBytes(envelope), envelope.from)) {
    throw ProtocolError.envelopeSignature()
  }
  const ageMs = nowMs - envelope.sentMs
  // Written so that NaN fails.
  if (!(Math.abs(ageMs) <= LIMITS.maxEnvelopeAgeMs))
    throw ProtocolError.envelopeAge(ageMs, LIMITS.maxEnvelopeAgeMs)
}

export function encodeEnvelope(envelope: RoutedEnvelope): Uint8Array {
  return writeEnvelope(new Writer(), envelope).finish()
}

/** Structure only; `verifyEnvelope` decides whether to believe it. */
export function decodeEnvelope(bytes: Uint8Array): RoutedEnvelope {
  const reader = new Reader('ENVELOPE', bytes)
  const envelope = readEnvelope(reader)
  reader.end()
  return envelope
}

/** Writes an envelope as the last part of a larger message. */
export function writeEnvelope(writer: Writer, envelope: RoutedEnvelope): Writer {
  return writeBody(writer, envelope).fixed('the signature', envelope.signature, SIGNATURE_BYTES)
}

/** Reads an envelope as the last part of a larger message. */
export function readEnvelope(reader: Reader): RoutedEnvelope {
  return {
    from: reader.fixed('from', KEY_BYTES),
    to: reader.fixed('to', KEY_BYTES),
    sentMs: reader.u48('sentMs'),
    payload: reader.bytes('payload', 0, LIMITS.maxEnvelopePayloadBytes),
    signature: reader.fixed('signature', SIGNATURE_BYTES),
  }
}

function signedBytes(body: Omit<RoutedEnvelope, 'signature'>): Uint8Array {
  return concat([ENVELOPE, writeBody(new Writer(), body).finish()])
}

function writeBody(writer: Writer, body: Omit<RoutedEnvelope, 'signature'>): Writer {
  return writer
    .fixed('from', body.from, KEY_BYTES)
    .fixed('to', body.to, KEY_BYTES)
    .u48('sentMs', body.sentMs)
    .bytes('the payload', body.payload, 0, LIMITS.maxEnvelopePayloadBytes)
}

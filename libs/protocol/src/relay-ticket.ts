import { concat, equalBytes } from './bytes.ts'
import type { EncoderCertificate } from './certificate.ts'
import { domain } from './domain.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES, type KeyPair, sign, SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import { Reader } from './reader.ts'
import type { Sodium } from './sodium.ts'
import { Writer } from './writer.ts'

/**
 * The station's permission for one relay to announce itself and to carry its audio, signed by an encoder that the
 * station certified. Times in unix seconds, both ends included.
 */
export interface RelayTicket {
  stationKey: Uint8Array
  /** Of the encoder certificate under which it was signed: a new generation ends all tickets of the old one. */
  generation: number
  /** DHT key of the relay. */
  relayKey: Uint8Array
  notBeforeS: number
  notAfterS: number
  signature: Uint8Array
}

type Body = Omit<RelayTicket, 'signature'>

const FORMAT_VERSION = 1
const TICKET = domain('relay ticket')

/** Throws TICKET_VALIDITY for a period that is empty or longer than 7 days. */
export function issueTicket(sodium: Sodium, encoder: KeyPair, body: Body): RelayTicket {
  checkPeriod(body)
  return { ...body, signature: sign(sodium, signedBytes(body), encoder.secretKey) }
}

/**
 * `certificate` comes from a chain that `verifyChain` has believed. Throws TICKET_SCOPE when the ticket is for another
 * station, generation or relay, TICKET_SIGNATURE, TICKET_VALIDITY, TICKET_EXPIRED or TICKET_NOT_YET_VALID.
 */
export function verifyTicket(
  sodium: Sodium,
  ticket: RelayTicket,
  { certificate, relayKey, nowS }: { certificate: EncoderCertificate; relayKey: Uint8Array; nowS: number },
): void {
  if (!equalBytes(ticket.stationKey, certificate.stationKey)) throw ProtocolError.ticketScope('station')
  if (ticket.generation !== certificate.generation) throw ProtocolError.ticketScope('generation of encoders')
  if (!equalBytes(ticket.relayKey, relayKey)) throw ProtocolError.ticketScope('relay')
  if (!sodium.crypto_sign_verify_detached(ticket.signature, signedBytes(ticket), certificate.encoderKey)) {
    throw ProtocolError.ticketSignature()
  }
  checkPeriod(ticket)
  // Each comparison is written so that NaN fails it.
  if (!(nowS >= ticket.notBeforeS - LIMITS.clockSkewS)) {
    throw ProtocolError.ticketNotYetValid(ticket.notBeforeS, nowS)
  }
  if (!(nowS <= ticket.notAfterS + LIMITS.clockSkewS)) {
    throw ProtocolError.ticketExpired(ticket.notAfterS, nowS)
  }
}

export function encodeTicket(ticket: RelayTicket): Uint8Array {
  return writeTicket(new Writer(), ticket).finish()
}

/** Structure only; `verifyTicket` decides whether to believe it. */
export function decodeTicket(bytes: Uint8Array): RelayTicket {
  const reader = new Reader('TICKET', bytes)
  const ticket = readTicket(reader)
  reader.end()
  return ticket
}

/** Writes a ticket as the last part of a larger message. */
export function writeTicket(writer: Writer, ticket: RelayTicket): Writer {
  return writeBody(writer, ticket).fixed('the signature', ticket.signature, SIGNATURE_BYTES)
}

/** Reads a ticket as the last part of a larger message. */
export function readTicket(reader: Reader): RelayTicket {
  const version = reader.u8('ticket version')
  if (version !== FORMAT_VERSION) throw ProtocolError.version('TICKET', version)
  return {
    stationKey: reader.fixed('station key', KEY_BYTES),
    generation: reader.u32('generation'),
    relayKey: reader.fixed('relay key', KEY_BYTES),
    notBeforeS: reader.u48('notBeforeS'),
    notAfterS: reader.u48('notAfterS'),
    signature: reader.fixed('signature', SIGNATURE_BYTES),
  }
}

function signedBytes(body: Body): Uint8Array {
  return concat([TICKET, writeBody(new Writer(), body).finish()])
}

function writeBody(writer: Writer, body: Body): Writer {
  return writer
    .u8('ticket version', FORMAT_VERSION)
    .fixed('the station key', body.stationKey, KEY_BYTES)
    .u32('generation', body.generation)
    .fixed('the relay key', body.relayKey, KEY_BYTES)
    .u48('notBeforeS', body.notBeforeS)
    .u48('notAfterS', body.notAfterS)
}

function checkPeriod({ notBeforeS, notAfterS }: { notBeforeS: number; notAfterS: number }): void {
  const lengthS = notAfterS - notBeforeS
  if (!(lengthS >= 1 && lengthS <= LIMITS.maxTicketS)) throw ProtocolError.ticketValidity(LIMITS.maxTicketS)
}

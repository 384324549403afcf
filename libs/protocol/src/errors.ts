/** The layouts that are read field by field; each has the codes `<AREA>_LENGTH` and `<AREA>_VALUE`. */
export type WireArea =
  'CERT' | 'CONTROL' | 'DATAGRAM' | 'ENVELOPE' | 'FRAME' | 'HEARTBEAT' | 'RECORD' | 'TICKET'

export type ProtocolErrorCode =
  | `${WireArea}_LENGTH`
  | `${WireArea}_VALUE`
  | 'ANNOUNCEMENT_SIGNATURE'
  | 'CERT_EXPIRED'
  | 'CERT_NOT_YET_VALID'
  | 'CERT_SIGNATURE'
  | 'CERT_STATION'
  | 'CERT_VALIDITY'
  | 'CERT_VERSION'
  | 'DATAGRAM_TYPE'
  | 'DATAGRAM_VERSION'
  | 'ENVELOPE_AGE'
  | 'ENVELOPE_RECIPIENT'
  | 'ENVELOPE_SIGNATURE'
  | 'FRAME_EXTENSION'
  | 'FRAME_FLAGS'
  | 'FRAME_HOPS'
  | 'HEARTBEAT_SIGNATURE'
  | 'HEX'
  | 'LINK_CHARACTER'
  | 'LINK_CHECKSUM'
  | 'LINK_LENGTH'
  | 'LINK_SCHEME'
  | 'OPUS_PACKET'
  | 'RECORD_VERSION'
  | 'RTP_EXTENSION'
  | 'RTP_HEADER'
  | 'SEAL_EXHAUSTED'
  | 'TICKET_EXPIRED'
  | 'TICKET_NOT_YET_VALID'
  | 'TICKET_SCOPE'
  | 'TICKET_SIGNATURE'
  | 'TICKET_VALIDITY'
  | 'TICKET_VERSION'
  | 'VALUE_BYTES'
  | 'VALUE_RANGE'
  | 'VERSION_MISMATCH'

/**
 * The only error of this library. `code` is stable and for programs; `message` is one line for people: what
 * happened, why, what to do. What is wrong with received bytes is named by area; `VALUE_*` means that the
 * caller passed something that does not fit the wire.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode

  constructor(code: ProtocolErrorCode, message: string) {
    super(message)
    this.code = code
  }

  /** Received bytes end too early, are too many, or have bytes left over. */
  static wrongLength(area: WireArea, what: string): ProtocolError {
    return new ProtocolError(`${area}_LENGTH`, `${what}; the message is refused`)
  }

  /** A received field holds a value that the protocol does not allow. */
  static value(area: WireArea, what: string): ProtocolError {
    return new ProtocolError(`${area}_VALUE`, `${what}; the message is refused`)
  }

  static version(area: 'CERT' | 'DATAGRAM' | 'RECORD' | 'TICKET', got: number): ProtocolError {
    const name = {
      CERT: 'certificate',
      DATAGRAM: 'datagram',
      RECORD: 'station record',
      TICKET: 'relay ticket',
    }[area]
    return new ProtocolError(
      `${area}_VERSION`,
      `the ${name} has format version ${got}, this program reads version 1: update pearCast`,
    )
  }

  static versionMismatch(local: string, remote: string): ProtocolError {
    return new ProtocolError(
      'VERSION_MISMATCH',
      `no protocol version in common: the other side speaks ${remote}, this program ${local}; update the older one`,
    )
  }

  /** A parameter of the caller does not have the byte length that the field needs. */
  static bytes(what: string, expected: number | string, got: number): ProtocolError {
    return new ProtocolError('VALUE_BYTES', `${what} must be ${expected} bytes, got ${got}`)
  }

  /** A parameter of the caller is not an integer within the field's range. */
  static range(what: string, min: number, max: number, got: number): ProtocolError {
    return new ProtocolError('VALUE_RANGE', `${what} must be an integer from ${min} to ${max}, got ${got}`)
  }

  static hex(why: string): ProtocolError {
    return new ProtocolError('HEX', `not a hexadecimal text: ${why}`)
  }

  static linkScheme(): ProtocolError {
    return new ProtocolError('LINK_SCHEME', 'a station link starts with pearcast://; copy the whole link')
  }

  static linkLength(what: string, expected: number, got: number): ProtocolError {
    const fault = got < expected ? 'a piece is missing' : 'there is something too much'
    return new ProtocolError(
      'LINK_LENGTH',
      `${what} of the link has ${got} characters instead of ${expected}, so ${fault}: copy the whole link`,
    )
  }

  /** `position` counts from 1 in the link as it was given, without surrounding white space. */
  static linkCharacter(character: string, position: number): ProtocolError {
    return new ProtocolError(
      'LINK_CHARACTER',
      `the link has a typo: ${JSON.stringify(character)} at position ${position} never occurs in a station link`,
    )
  }

  static linkChecksum(what: string): ProtocolError {
    return new ProtocolError(
      'LINK_CHECKSUM',
      `the link has a typo: the checksum does not match ${what}; copy the link again instead of typing it`,
    )
  }

  static certificateStation(): ProtocolError {
    return new ProtocolError(
      'CERT_STATION',
      'the certificate belongs to another station than the link; this peer cannot speak for the station',
    )
  }

  static certificateSignature(which: 'encoder' | 'session'): ProtocolError {
    const signer = which === 'encoder' ? 'station' : 'encoder'
    return new ProtocolError(
      'CERT_SIGNATURE',
      `the ${which} certificate is not signed by the ${signer} key; this peer cannot speak for the station`,
    )
  }

  static certificateExpired(which: 'encoder' | 'session', notAfterS: number, nowS: number): ProtocolError {
    return new ProtocolError(
      'CERT_EXPIRED',
      `the ${which} certificate ended ${nowS - notAfterS} s ago; the station has to renew it, or this clock is fast`,
    )
  }

  static certificateNotYetValid(
    which: 'encoder' | 'session',
    notBeforeS: number,
    nowS: number,
  ): ProtocolError {
    return new ProtocolError(
      'CERT_NOT_YET_VALID',
      `the ${which} certificate begins in ${notBeforeS - nowS} s; this clock or the station's clock is wrong`,
    )
  }

  static certificateValidity(which: 'encoder' | 'session', maxS: number): ProtocolError {
    return new ProtocolError(
      'CERT_VALIDITY',
      `the ${which} certificate must be valid for 1 to ${maxS} s; issue it again with notAfterS set to fit`,
    )
  }

  static frameHops(hops: number, maxHops: number): ProtocolError {
    return new ProtocolError(
      'FRAME_HOPS',
      `the frame came over ${hops} hops, more than ${maxHops}: a loop of relays`,
    )
  }

  static frameFlags(flags: number): ProtocolError {
    const bits = flags.toString(2).padStart(8, '0')
    return new ProtocolError(
      'FRAME_FLAGS',
      `the frame sets critical flags unknown to this version (${bits}): update pearCast`,
    )
  }

  static frameExtension(why: string): ProtocolError {
    return new ProtocolError('FRAME_EXTENSION', `the extensions of the frame are malformed: ${why}`)
  }

  static opusPacket(why: string): ProtocolError {
    return new ProtocolError('OPUS_PACKET', `not a legal Opus packet (RFC 6716): ${why}`)
  }

  static announcementSignature(): ProtocolError {
    return new ProtocolError(
      'ANNOUNCEMENT_SIGNATURE',
      'the announcement is not signed by the session key: leave the peer that passed it on',
    )
  }

  static heartbeatSignature(): ProtocolError {
    return new ProtocolError(
      'HEARTBEAT_SIGNATURE',
      'the source heartbeat is not signed by the session key: drop it',
    )
  }

  static datagramType(type: number): ProtocolError {
    return new ProtocolError('DATAGRAM_TYPE', `datagram type ${type} is unknown to this version: drop it`)
  }

  static sealExhausted(): ProtocolError {
    return new ProtocolError('SEAL_EXHAUSTED', 'the seal key has no counters left: send a new seal key')
  }

  static rtpHeader(why: string): ProtocolError {
    return new ProtocolError('RTP_HEADER', `not a usable RTP packet (RFC 3550): ${why}`)
  }

  static rtpExtension(why: string): ProtocolError {
    return new ProtocolError('RTP_EXTENSION', `the RTP packet carries no usable frame (RFC 8285): ${why}`)
  }

  static envelopeSignature(): ProtocolError {
    return new ProtocolError('ENVELOPE_SIGNATURE', 'the routed envelope is not signed by its sender: drop it')
  }

  static envelopeRecipient(): ProtocolError {
    return new ProtocolError('ENVELOPE_RECIPIENT', 'the routed envelope is for another peer: drop it')
  }

  static envelopeAge(ageMs: number, maxMs: number): ProtocolError {
    return new ProtocolError(
      'ENVELOPE_AGE',
      `the routed envelope is ${ageMs} ms old by this clock, more than ${maxMs} either way: old news or a wrong clock`,
    )
  }

  static ticketScope(of: 'station' | 'generation of encoders' | 'relay'): ProtocolError {
    return new ProtocolError(
      'TICKET_SCOPE',
      `the relay ticket is for another ${of}: this relay may not carry the station with it`,
    )
  }

  static ticketSignature(): ProtocolError {
    return new ProtocolError(
      'TICKET_SIGNATURE',
      'the relay ticket is not signed by the encoder of the station: ask the station for a ticket',
    )
  }

  static ticketExpired(notAfterS: number, nowS: number): ProtocolError {
    return new ProtocolError(
      'TICKET_EXPIRED',
      `the relay ticket ended ${nowS - notAfterS} s ago; the station has to renew it, or this clock is fast`,
    )
  }

  static ticketNotYetValid(notBeforeS: number, nowS: number): ProtocolError {
    return new ProtocolError(
      'TICKET_NOT_YET_VALID',
      `the relay ticket begins in ${notBeforeS - nowS} s; this clock or the station's clock is wrong`,
    )
  }

  static ticketValidity(maxS: number): ProtocolError {
    return new ProtocolError(
      'TICKET_VALIDITY',
      `a relay ticket must be valid for 1 to ${maxS} s; issue it again with notAfterS set to fit`,
    )
  }
}

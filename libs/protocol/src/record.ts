import { type CertificateChain, CHAIN_BYTES, decodeChain, encodeChain } from './certificate.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/**
 * The station's entry in the DHT, a mutable record under the station key: where its encoders and some relays
 * are, and who may speak for it. Records are not negotiated, so an old listener skips what a newer one appends.
 */
export interface StationRecord {
  /** Format of the record, 1. */
  version: number
  /** Unix seconds. */
  updatedS: number
  /** DHT public keys to connect to, best first. */
  encoders: Uint8Array[]
  relays: Uint8Array[]
  certificate: CertificateChain
  /** Generation and term repeat the certificate's; they are not sent twice. */
  generation: number
  term: number
}

const FORMAT_VERSION = 1

/** At most 900 bytes. Throws VALUE_RANGE when there are too many keys or the terms differ from the certificate. */
export function encodeRecord(record: StationRecord): Uint8Array {
  const { encoder, session } = record.certificate
  const writer = new Writer()
    .u8('record version', record.version, FORMAT_VERSION, FORMAT_VERSION)
    .u48('updatedS', record.updatedS)
    .fixed('the certificate', encodeChain(record.certificate), CHAIN_BYTES)
  if (record.generation !== encoder.generation) {
    throw ProtocolError.range('generation', encoder.generation, encoder.generation, record.generation)
  }
  if (record.term !== session.term) throw ProtocolError.range('term', session.term, session.term, record.term)
  writeKeys(writer, 'encoders', record.encoders, LIMITS.maxRecordEncoders)
  writeKeys(writer, 'relays', record.relays, LIMITS.maxRecordRelays)
  return writer.bytes('the extension', new Uint8Array(0), 0, LIMITS.maxRecordExtensionBytes).finish()
}

/** Throws RECORD_LENGTH, RECORD_VALUE, RECORD_VERSION or CERT_VERSION. Call `verifyChain` on its certificate. */
export function decodeRecord(bytes: Uint8Array): StationRecord {
  if (bytes.length > LIMITS.maxRecordBytes) {
    throw ProtocolError.wrongLength('RECORD', `${bytes.length} bytes are more than ${LIMITS.maxRecordBytes}`)
  }
  const reader = new Reader('RECORD', bytes)
  const version = reader.u8('record version')
  if (version !== FORMAT_VERSION) throw ProtocolError.version('RECORD', version)
  const updatedS = reader.u48('updatedS')
  const certificate = decodeChain(reader.fixed('certificate', CHAIN_BYTES))
  const encoders = readKeys(reader, 'encoders', LIMITS.maxRecordEncoders)
  const relays = readKeys(reader, 'relays', LIMITS.maxRecordRelays)
  reader.bytes('extension', 0, LIMITS.maxRecordExtensionBytes)
  reader.end()
  const { encoder, session } = certificate
  return {
    version,
    updatedS,
    encoders,
    relays,
    certificate,
    generation: encoder.generation,
    term: session.term,
  }
}

function writeKeys(writer: Writer, what: string, keys: readonly Uint8Array[], max: number): void {
  writer.u8(`the number of ${what}`, keys.length, 0, max)
  for (const key of keys) writer.fixed(`a key of ${what}`, key, KEY_BYTES)
}

function readKeys(reader: Reader, what: string, max: number): Uint8Array[] {
  const count = reader.u8(`number of ${what}`, 0, max)
  const keys: Uint8Array[] = []
  for (let i = 0; i < count; i++) keys.push(reader.fixed(`key of ${what}`, KEY_BYTES))
  return keys
}

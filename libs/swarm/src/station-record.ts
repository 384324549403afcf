import {
  compareTerm,
  decodeRecord,
  encodeRecord,
  LIMITS,
  ProtocolError,
  SIGNATURE_BYTES,
  type Sodium,
  type StationRecord,
} from '@pearcast/protocol'
import type HyperDHT from 'hyperdht'
import type { MutableReply, RecordSigner } from 'hyperdht'
import { SwarmError } from './errors.ts'

/** The station's key: a key pair, or what signs its records while the secret key stays elsewhere. */
export interface StationSigner {
  publicKey: Uint8Array
  secretKey?: Uint8Array
  /** Ed25519 over what the DHT asks to be signed. */
  sign?: (signable: Uint8Array) => Uint8Array | Promise<Uint8Array>
  /** Of a private station. */
  groupKey?: Uint8Array
}

/** A record as the DHT keeps it. */
export interface StoredRecord {
  seq: number
  record: StationRecord
}

/** A node that lost its record, or another encoder's put in between, is worth another try. */
const PUT_TRIES = 3

/**
 * Reads the station's record. The DHT's answer is signed by the station key, so its content is the station's own;
 * what cannot be read counts as absent.
 *
 * `latest` asks every node close to the key for the highest sequence number; without, the first answer counts.
 */
export async function readRecord(
  dht: HyperDHT,
  stationKey: Uint8Array,
  options: { latest: boolean },
): Promise<StoredRecord | undefined> {
  const reply = await dht.mutableGet(stationKey, { latest: options.latest })
  return reply ? parseReply(reply) : undefined
}

/**
 * Puts a record and reads it back; the DHT drops a put that it does not like without a word. Returns its sequence
 * number, which is above every earlier one and near the unix time.
 *
 * @throws SwarmError RECORD_TOO_LARGE, RECORD_SUPERSEDED (the DHT has a newer term), RECORD_NOT_STORED
 */
export async function publishRecord(
  dht: HyperDHT,
  signer: RecordSigner,
  record: StationRecord,
): Promise<number> {
  const value = encode(record)
  for (let tries = PUT_TRIES; tries > 0; tries--) {
    const current = await dht.mutableGet(signer.publicKey)
    if (current) refuseNewer(current, record)
    const seq = Math.max((current?.seq ?? 0) + 1, record.updatedS)
    try {
      await dht.mutablePut(signer, value, { seq })
    } catch (cause) {
      throw SwarmError.recordNotStored(cause)
    }
    const stored = await dht.mutableGet(signer.publicKey)
    if (stored && stored.seq === seq && sameBytes(stored.value, value)) return seq
  }
  throw SwarmError.recordNotStored()
}

function encode(record: StationRecord): Uint8Array {
  const value = encodeRecord(record)
  if (value.length > LIMITS.maxRecordBytes) {
    throw SwarmError.recordTooLarge(value.length, LIMITS.maxRecordBytes)
  }
  return value
}

function refuseNewer(current: MutableReply, ours: StationRecord): void {
  const stored = parseReply(current)
  if (stored && compareTerm(stored.record, ours) > 0) {
    throw SwarmError.recordSuperseded(stored.record.generation, stored.record.term)
  }
}

function parseReply(reply: MutableReply): StoredRecord | undefined {
  try {
    return { seq: reply.seq, record: decodeRecord(reply.value) }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** What signs a station's records, if anything here can. */
export function recordSigner(station: StationSigner, sodium: Sodium): RecordSigner | undefined {
  const { publicKey, secretKey, sign } = station
  if (sign) return { publicKey, sign }
  if (!secretKey) return undefined
  return {
    publicKey,
    sign: (signable) => {
      const signature = new Uint8Array(SIGNATURE_BYTES)
      sodium.crypto_sign_detached(signature, signable, secretKey)
      return signature
    },
  }
}

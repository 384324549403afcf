import { randomFillSync } from 'node:crypto'
import {
  fromHex,
  issueEncoderCertificate,
  keyPairFromSeed,
  toHex,
  type EncoderCertificate,
  type KeyPair,
  type Sodium,
} from '@pearcast/protocol'

/** Who a station is: its own key, which the link names, and the key of the encoder that it certified. */
export interface StationIdentity {
  readonly name: string
  readonly station: KeyPair
  readonly encoder: KeyPair
  readonly certificate: EncoderCertificate
  /** Highest term this identity has gone on air with; the next one is above it. */
  readonly term: number
}

const DAY_S = 86_400
const CERTIFICATE_DAYS = 90
/** Renew while a certificate still has a month, so that a station that airs rarely never goes out with a stale one. */
const RENEW_BELOW_DAYS = 30

export function createIdentity(sodium: Sodium, name: string, nowS: number): StationIdentity {
  const station = keyPairFromSeed(sodium, randomSeed())
  const encoder = keyPairFromSeed(sodium, randomSeed())
  return { name, station, encoder, certificate: certify(sodium, station, encoder, 1, nowS), term: 0 }
}

/** The same identity, with a certificate that is valid for at least another month. */
export function withFreshCertificate(
  sodium: Sodium,
  identity: StationIdentity,
  nowS: number,
): StationIdentity {
  const { station, encoder, certificate } = identity
  if (certificate.notAfterS - nowS > RENEW_BELOW_DAYS * DAY_S) return identity
  return { ...identity, certificate: certify(sodium, station, encoder, certificate.generation, nowS) }
}

/** The file's form, version 1: seeds and the certificate's signature in hex. */
export function identityToJson(identity: StationIdentity): unknown {
  return {
    version: 1,
    name: identity.name,
    stationSeed: toHex(identity.station.secretKey.subarray(0, 32)),
    encoderSeed: toHex(identity.encoder.secretKey.subarray(0, 32)),
    generation: identity.certificate.generation,
    notBeforeS: identity.certificate.notBeforeS,
    notAfterS: identity.certificate.notAfterS,
    signature: toHex(identity.certificate.signature),
    term: identity.term,
  }
}

/** Throws with the reason when the file's content is not an identity. */
export function identityFromJson(sodium: Sodium, json: unknown): StationIdentity {
  if (typeof json !== 'object' || json === null) throw new Error('is not a JSON object')
  const text = (field: string): string => {
    const value: unknown = Reflect.get(json, field)
    if (typeof value !== 'string') throw new Error(`has no text field "${field}"`)
    return value
  }
  const count = (field: string): number => {
    const value: unknown = Reflect.get(json, field)
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw new Error(`has no whole number in "${field}"`)
    }
    return value
  }
  if (count('version') !== 1) throw new Error(`has version ${count('version')}, not 1`)
  const station = keyPairFromSeed(sodium, fromHex(text('stationSeed')))
  const encoder = keyPairFromSeed(sodium, fromHex(text('encoderSeed')))
  const certificate: EncoderCertificate = {
    stationKey: station.publicKey,
    encoderKey: encoder.publicKey,
    generation: count('generation'),
    notBeforeS: count('notBeforeS'),
    notAfterS: count('notAfterS'),
    signature: fromHex(text('signature')),
  }
  return { name: text('name'), station, encoder, certificate, term: count('term') }
}

function certify(
  sodium: Sodium,
  station: KeyPair,
  encoder: KeyPair,
  generation: number,
  nowS: number,
): EncoderCertificate {
  // An hour of grace: a listener's clock may be behind ours.
  const notBeforeS = nowS - 3600
  const notAfterS = notBeforeS + CERTIFICATE_DAYS * DAY_S
  return issueEncoderCertificate(sodium, station, {
    encoderKey: encoder.publicKey,
    generation,
    notBeforeS,
    notAfterS,
  })
}

function randomSeed(): Uint8Array {
  return randomFillSync(new Uint8Array(32))
}

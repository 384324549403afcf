import sodium from 'sodium-universal'
import {
  type CertificateChain,
  type Frame,
  type FrameFields,
  FrameSigner,
  issueEncoderCertificate,
  issueSessionCertificate,
  type KeyPair,
  keyPairFromSeed,
  type ProofFields,
  streamContext,
} from '../index.ts'

/** A reproducible filling: byte i is first + i, modulo 256. */
export function counting(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i)
}

export function keyPairOf(seedByte: number): KeyPair {
  return keyPairFromSeed(sodium, new Uint8Array(32).fill(seedByte))
}

export const STATION: KeyPair = keyPairOf(1)
export const ENCODER: KeyPair = keyPairOf(2)
export const SESSION: KeyPair = keyPairOf(3)
export const GROUP_KEY: Uint8Array = counting(32, 0x40)
export const GENERATION = 3
export const TERM = 1_795_000_000
/** 2026-11-18T15:06:40Z */
export const NOW_S = 1_795_014_400

const HOUR_S = 3600
const DAY_S = 86_400

export function chainOf(
  changes: { generation?: number; term?: number; station?: KeyPair } = {},
): CertificateChain {
  const { generation = GENERATION, term = TERM, station = STATION } = changes
  const encoder = issueEncoderCertificate(sodium, station, {
    encoderKey: ENCODER.publicKey,
    generation,
    notBeforeS: NOW_S - DAY_S,
    notAfterS: NOW_S + 60 * DAY_S,
  })
  const session = issueSessionCertificate(sodium, ENCODER, {
    stationKey: station.publicKey,
    generation,
    sessionKey: SESSION.publicKey,
    term,
    notBeforeS: NOW_S - HOUR_S,
    notAfterS: NOW_S + 23 * HOUR_S,
  })
  return { encoder, session }
}

export const CONTEXT: Uint8Array = streamContext(
  sodium,
  { stationKey: STATION.publicKey, generation: GENERATION, term: TERM },
  0,
)

/** Signed by the session key for `CONTEXT`. */
export function frameOf(fields: Partial<FrameFields> = {}): Frame {
  const signer = new FrameSigner(sodium, SESSION.secretKey, CONTEXT)
  return signer.sign({
    seq: 1000,
    ts48k: 960_000,
    captureUs: 1_795_014_400_123_456,
    payload: Uint8Array.of(0xfc, ...counting(40)),
    ...fields,
  })
}

/**
 * A frame whose header and extensions are laid out by the caller, with a signature of zeros: what the decoder
 * has to judge before anyone checks a signature.
 */
export function rawBody(parts: {
  flags?: number
  kid?: number
  extension?: number[]
  payload?: Uint8Array
}): Uint8Array {
  const { flags = 0, kid = 0, extension = [], payload = Uint8Array.of(0xfc, 1, 2) } = parts
  return Uint8Array.of(
    ...counting(12),
    kid,
    flags,
    extension.length,
    ...extension,
    ...payload,
    ...new Uint8Array(64),
  )
}

export const PROOF_FIELDS: ProofFields = {
  role: 'broadcaster',
  localKey: keyPairOf(11).publicKey,
  remoteKey: keyPairOf(12).publicKey,
  handshakeHash: counting(64, 0x80),
  channelLabel: 'pearcast/control',
  stationKey: STATION.publicKey,
}

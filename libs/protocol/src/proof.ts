import { concat, requireBytes } from './bytes.ts'
import { domain } from './domain.ts'
import { type Role, ROLES } from './role.ts'
import { KEY_BYTES, sign, SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import type { Sodium } from './sodium.ts'
import { encodeUtf8 } from './utf8.ts'
import { Writer } from './writer.ts'

/** What a proof binds, always seen from the side that makes it: the checking side swaps the two keys. */
export interface ProofFields {
  /** Role of the side that makes the proof, as its hello says. */
  role: Role
  /** Noise public key of the side that makes the proof. */
  localKey: Uint8Array
  /** Noise public key of the side that checks it. */
  remoteKey: Uint8Array
  /** Noise handshake hash, 32 or 64 bytes: binds the proof to this connection. */
  handshakeHash: Uint8Array
  /** Name of the control channel's protocol, 1 to 64 bytes. */
  channelLabel: string
  stationKey: Uint8Array
}

export const MAC_BYTES = 32

const PROOF_KEY = domain('proof key')
const PROOF = domain('proof')
const SESSION_PROOF = domain('session proof')

/**
 * The key under which peers of a station show each other that they have its link. For a public station that
 * filters strangers and no more; for a private one it takes the group key.
 */
export function proofKey(sodium: Sodium, stationKey: Uint8Array, groupKey?: Uint8Array): Uint8Array {
  requireBytes('the station key', stationKey, KEY_BYTES)
  const key = new Uint8Array(32)
  if (groupKey === undefined) {
    sodium.crypto_generichash(key, concat([PROOF_KEY, stationKey]))
    return key
  }
  requireBytes('the group key', groupKey, KEY_BYTES)
  sodium.crypto_generichash(key, concat([PROOF_KEY, stationKey]), groupKey)
  return key
}

/** 32 bytes under the key from `proofKey`. */
export function proofMac(sodium: Sodium, key: Uint8Array, fields: ProofFields): Uint8Array {
  const mac = new Uint8Array(MAC_BYTES)
  sodium.crypto_generichash(mac, concat([PROOF, transcript(fields)]), key)
  return mac
}

/** Compares in constant time. */
export function verifyProof(sodium: Sodium, key: Uint8Array, mac: Uint8Array, fields: ProofFields): boolean {
  return mac.length === MAC_BYTES && sodium.sodium_memcmp(mac, proofMac(sodium, key, fields))
}

/** What a broadcaster signs with its session key: that it, and not a copy of its certificate, is at this end. */
export function sessionProofBytes(fields: ProofFields): Uint8Array {
  return concat([SESSION_PROOF, transcript(fields)])
}

/** The signature of the certificate message. */
export function signSessionProof(
  sodium: Sodium,
  sessionSecretKey: Uint8Array,
  fields: ProofFields,
): Uint8Array {
  return sign(sodium, sessionProofBytes(fields), sessionSecretKey)
}

/** `sessionKey` comes from `verifyChain`. */
export function verifySessionProof(
  sodium: Sodium,
  sessionKey: Uint8Array,
  signature: Uint8Array,
  fields: ProofFields,
): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  return sodium.crypto_sign_verify_detached(signature, sessionProofBytes(fields), sessionKey)
}

function transcript(fields: ProofFields): Uint8Array {
  return new Writer()
    .choice('role', ROLES, fields.role)
    .fixed('localKey', fields.localKey, KEY_BYTES)
    .fixed('remoteKey', fields.remoteKey, KEY_BYTES)
    .bytes('the handshake hash', fields.handshakeHash, 32, 64)
    .bytes('the channel label', encodeUtf8(fields.channelLabel), 1, LIMITS.maxChannelLabelBytes)
    .fixed('the station key', fields.stationKey, KEY_BYTES)
    .finish()
}

import { concat, readU48, readU64 } from './bytes.ts'
import { domain } from './domain.ts'
import { ProtocolError } from './errors.ts'
import { KEY_BYTES, sign, SIGNATURE_BYTES } from './keys.ts'
import type { Sodium } from './sodium.ts'
import { Writer } from './writer.ts'
import { requireBytes, requireInteger, writeU64 } from './bytes.ts'
import { CONTEXT_BYTES } from './stream.ts'

/**
 * What the source says about itself while it sends no frames, signed with the session key: a relay can delay
 * it, not invent it. `wallclockUs` tells how old it is.
 */
export interface SourceHeartbeat {
  /** The last frame that was sent. */
  headSeq: number
  /** Media time at the end of that frame. */
  ts48k: number
  /** Station clock, unix microseconds. */
  wallclockUs: number
  state: SourceState
}

export type SourceState = 'live' | 'muted' | 'stalled' | 'ended'

const STATES = ['live', 'muted', 'stalled', 'ended'] as const
const HEARTBEAT = domain('source heartbeat')
const FIELD_BYTES = 21
/** headSeq u48 | ts48k u48 | wallclockUs u64 | state u8 | signature 64. */
export const SOURCE_HEARTBEAT_BYTES = 85

export function encodeSignedHeartbeat(
  sodium: Sodium,
  sessionSecretKey: Uint8Array,
  context: Uint8Array,
  heartbeat: SourceHeartbeat,
): Uint8Array {
  requireBytes('the stream context', context, CONTEXT_BYTES)
  requireInteger('wallclockUs', heartbeat.wallclockUs, 0, Number.MAX_SAFE_INTEGER)
  const wallclock = new Uint8Array(8)
  writeU64(wallclock, 0, heartbeat.wallclockUs)
  const fields = new Writer()
    .u48('headSeq', heartbeat.headSeq)
    .u48('ts48k', heartbeat.ts48k)
    .fixed('wallclockUs', wallclock, 8)
    .choice('state', STATES, heartbeat.state)
    .finish()
  return concat([fields, sign(sodium, concat([HEARTBEAT, context, fields]), sessionSecretKey)])
}

/** Throws HEARTBEAT_LENGTH, HEARTBEAT_SIGNATURE or HEARTBEAT_VALUE. */
export function decodeVerifiedHeartbeat(
  sodium: Sodium,
  sessionPublicKey: Uint8Array,
  context: Uint8Array,
  bytes: Uint8Array,
): SourceHeartbeat {
  requireBytes('the session key', sessionPublicKey, KEY_BYTES)
  requireBytes('the stream context', context, CONTEXT_BYTES)
  if (bytes.length !== SOURCE_HEARTBEAT_BYTES) {
    throw ProtocolError.wrongLength(
      'HEARTBEAT',
      `a source heartbeat has ${SOURCE_HEARTBEAT_BYTES} bytes, not ${bytes.length}`,
    )
  }
  const fields = bytes.subarray(0, FIELD_BYTES)
  const signature = bytes.subarray(FIELD_BYTES, FIELD_BYTES + SIGNATURE_BYTES)
  if (
    !sodium.crypto_sign_verify_detached(signature, concat([HEARTBEAT, context, fields]), sessionPublicKey)
  ) {
    throw ProtocolError.heartbeatSignature()
  }
  const wallclockUs = readU64(bytes, 12)
  const state = STATES[bytes[20] ?? STATES.length]
  if (state === undefined) throw ProtocolError.value('HEARTBEAT', `state ${bytes[20]} is unknown`)
  if (wallclockUs > Number.MAX_SAFE_INTEGER)
    throw ProtocolError.value('HEARTBEAT', 'wallclockUs exceeds 2^53 - 1')
  return { headSeq: readU48(bytes, 0), ts48k: readU48(bytes, 6), wallclockUs, state }
}

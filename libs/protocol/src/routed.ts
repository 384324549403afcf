import { concat } from './bytes.ts'
import { domain } from './domain.ts'
import { KEY_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import { Reader } from './reader.ts'
import type { Sodium } from './sodium.ts'
import { Writer } from './writer.ts'

/**
 * What a routed envelope holds: a session between two peers that have no connection yet. Each gives a nonce, so that
 * nothing of an earlier session, and nothing said to somebody else, fits into this one.
 *
 *     initiator   open      its nonce
 *     responder   opened    both nonces
 *     both        message   the session's id, a counter, one control message
 */
export type RoutedPayload =
  | { kind: 'open'; nonce: Uint8Array }
  | { kind: 'opened'; nonce: Uint8Array; answer: Uint8Array }
  | { kind: 'message'; session: Uint8Array; counter: number; message: Uint8Array }

/** Who opened a routed session with whom, and what each drew for it. */
export interface RoutedSession {
  /** Connection (Noise) keys. */
  initiatorKey: Uint8Array
  responderKey: Uint8Array
  initiatorNonce: Uint8Array
  responderNonce: Uint8Array
}

export const ROUTED_NONCE_BYTES = 32
export const ROUTED_SESSION_BYTES = 16
/** Kind, session and counter, and the length of the message. */
const MESSAGE_HEADER_BYTES = 1 + ROUTED_SESSION_BYTES + 4 + 3

const KINDS = ['open', 'opened', 'message'] as const satisfies RoutedPayload['kind'][]
const BINDING = domain('routed session')

/** Throws VALUE_RANGE or VALUE_BYTES for what does not fit the wire. */
export function encodeRouted(payload: RoutedPayload): Uint8Array {
  const writer = new Writer().choice('kind', KINDS, payload.kind)
  switch (payload.kind) {
    case 'open':
      writer.fixed('the nonce', payload.nonce, ROUTED_NONCE_BYTES)
      break
    case 'opened':
      writer
        .fixed('the nonce', payload.nonce, ROUTED_NONCE_BYTES)
        .fixed('the answer', payload.answer, ROUTED_NONCE_BYTES)
      break
    case 'message':
      writer
        .fixed('the session', payload.session, ROUTED_SESSION_BYTES)
        .u32('counter', payload.counter)
        .bytes('the message', payload.message, 1, LIMITS.maxEnvelopePayloadBytes - MESSAGE_HEADER_BYTES)
  }
  return writer.finish()
}

/** Structure only. Throws ENVELOPE_LENGTH or ENVELOPE_VALUE; a receiver drops such an envelope and goes on. */
export function decodeRouted(bytes: Uint8Array): RoutedPayload {
  const reader = new Reader('ENVELOPE', bytes)
  const payload = readRouted(reader)
  reader.end()
  return payload
}

function readRouted(r: Reader): RoutedPayload {
  const kind = r.choice('kind', KINDS)
  switch (kind) {
    case 'open':
      return { kind, nonce: r.fixed('nonce', ROUTED_NONCE_BYTES) }
    case 'opened':
      return {
        kind,
        nonce: r.fixed('nonce', ROUTED_NONCE_BYTES),
        answer: r.fixed('answer', ROUTED_NONCE_BYTES),
      }
    case 'message':
      return {
        kind,
        session: r.fixed('session', ROUTED_SESSION_BYTES),
        counter: r.u32('counter'),
        message: r.bytes('message', 1, LIMITS.maxEnvelopePayloadBytes - MESSAGE_HEADER_BYTES),
      }
  }
}

/**
 * 32 bytes that stand for a routed session where a connection has its Noise handshake hash: proofs made over it fit no
 * other session. The first 16 are the session's id on the wire.
 */
export function routedBinding(sodium: Sodium, session: RoutedSession): Uint8Array {
  const binding = new Uint8Array(32)
  const bytes = new Writer()
    .fixed('the initiator', session.initiatorKey, KEY_BYTES)
    .fixed('the responder', session.responderKey, KEY_BYTES)
    .fixed("the initiator's nonce", session.initiatorNonce, ROUTED_NONCE_BYTES)
    .fixed("the responder's nonce", session.responderNonce, ROUTED_NONCE_BYTES)
    .finish()
  sodium.crypto_generichash(binding, concat([BINDING, bytes]))
  return binding
}

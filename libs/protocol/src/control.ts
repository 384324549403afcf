import { readAnnouncement, writeAnnouncement } from './announcement.ts'
import { MAX_U32 } from './bytes.ts'
import { CHAIN_BYTES, decodeChain, encodeChain } from './certificate.ts'
import type {
  ByeReason,
  ControlMessage,
  RefusalReason,
  SelectablePath,
  Subscribe,
  UnknownControl,
} from './control-message.ts'
import { readEnvelope, writeEnvelope } from './envelope.ts'
import { ProtocolError } from './errors.ts'
import { SIGNATURE_BYTES } from './keys.ts'
import { LIMITS } from './limits.ts'
import { MAC_BYTES } from './proof.ts'
import { Reader } from './reader.ts'
import {
  readAncestors,
  readParents,
  readReserve,
  readReserved,
  readTicketMessage,
  writeRelayMessage,
} from './relay-control.ts'
import { ROLES } from './role.ts'
import { SEAL_KEY_BYTES } from './seal.ts'
import { readSignalBody, writeSignalBody } from './signal.ts'
import { Writer } from './writer.ts'

/** Set in the kind of a message that a receiver must understand. The low 7 bits number the kinds. */
export const CRITICAL_KIND = 0x80

/** One byte in front of each message. What a peer can do without is optional and may be skipped by others. */
const KIND = {
  hello: 0x80,
  proof: 0x81,
  certificate: 0x82,
  'seal-key': 0x83,
  subscribe: 0x84,
  accepted: 0x85,
  refused: 0x86,
  select: 0x87,
  signal: 0x08,
  ping: 0x09,
  pong: 0x0a,
  routed: 0x0b,
  bye: 0x0c,
  announcement: 0x0d,
  reserve: 0x10,
  reserved: 0x11,
  parents: 0x12,
  ancestors: 0x13,
  ticket: 0x14,
} as const satisfies Record<ControlMessage['type'], number>

const REFUSALS: readonly RefusalReason[] = ['full', 'not-on-air', 'not-allowed']
const SELECTABLE: readonly SelectablePath[] = ['swarm', 'webrtc']
const BYES: readonly ByeReason[] = ['off-air', 'leaving', 'superseded', 'protocol', 'kicked', 'draining']
const PATH_SWARM = 1
const PATH_WEBRTC = 2
const NO_EXTENSION = new Uint8Array(0)

/** One message of the control channel. Throws VALUE_RANGE or VALUE_BYTES for what does not fit the wire. */
export function encodeControl(message: ControlMessage): Uint8Array {
  const writer = new Writer().u8('kind', KIND[message.type])
  writeMessage(writer, message)
  return writer.finish()
}

/** Throws CONTROL_LENGTH, CONTROL_VALUE or a CERT_ code; the channel is then closed. */
export function decodeControl(bytes: Uint8Array): ControlMessage | UnknownControl {
  if (bytes.length > LIMITS.maxControlBytes) {
    throw ProtocolError.wrongLength(
      'CONTROL',
      `${bytes.length} bytes are more than ${LIMITS.maxControlBytes}`,
    )
  }
  const reader = new Reader('CONTROL', bytes)
  const message = readMessage(reader, reader.u8('kind'))
  if (message.type !== 'unknown') reader.end()
  return message
}

function writeMessage(w: Writer, m: ControlMessage): void {
  switch (m.type) {
    case 'hello':
      w.u8('versionMin', m.versionMin, 1, m.versionMax)
        .u8('versionMax', m.versionMax, 1)
        .u32('features', m.features)
        .choice('role', ROLES, m.role)
        .uint(
          'maxDatagramBytes',
          m.maxDatagramBytes,
          LIMITS.minAnnouncedDatagramBytes,
          LIMITS.maxAnnouncedDatagramBytes,
        )
        .bytes('the extension', NO_EXTENSION, 0, LIMITS.maxHelloExtensionBytes)
      break
    case 'proof':
      w.fixed('the MAC', m.mac, MAC_BYTES)
      break
    case 'certificate':
      w.fixed('the chain', encodeChain(m.chain), CHAIN_BYTES).fixed(
        'the signature',
        m.signature,
        SIGNATURE_BYTES,
      )
      break
    case 'seal-key':
      w.fixed('the seal key', m.key, SEAL_KEY_BYTES)
      break
    case 'subscribe':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel)
        .u8('variant', m.variant)
        .u8('paths', (m.paths.swarm ? PATH_SWARM : 0) | (m.paths.webrtc ? PATH_WEBRTC : 0))
      break
    case 'accepted':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel).u48('headSeq', m.headSeq)
      break
    case 'refused':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel)
        .choice('reason', REFUSALS, m.reason)
        .uint('retryAfterMs', m.retryAfterMs, 0, LIMITS.maxRetryAfterMs)
      break
    case 'select':
      w.uint('channel', m.channel, 0, LIMITS.maxChannel).choice('path', SELECTABLE, m.path)
      break
    case 'signal':
      writeSignalBody(w.uint('session', m.session, 0, MAX_U32), m.signal)
      break
    case 'ping':
      w.uint('id', m.id, 0, MAX_U32).uint('t0Us', m.t0Us, 0, Number.MAX_SAFE_INTEGER)
      break
    case 'pong':
      w.uint('id', m.id, 0, MAX_U32)
        .uint('t0Us', m.t0Us, 0, Number.MAX_SAFE_INTEGER)
        .uint('t1Us', m.t1Us, 0, Number.MAX_SAFE_INTEGER)
      break
    case 'routed':
      writeEnvelope(w, m.envelope)
      break
    case 'bye':
      w.choice('reason', BYES, m.reason).line('detail', m.detail, LIMITS.maxDetailBytes)
      break
    case 'announcement':
      writeAnnouncement(w, m)
      break
    case 'reserve':
    case 'reserved':
    case 'parents':
    case 'ancestors':
    case 'ticket':
      writeRelayMessage(w, m)
  }
}

function readMessage(r: Reader, kind: number): ControlMessage | UnknownControl {
  switch (kind) {
    case KIND.hello:
      return readHello(r)
    case KIND.proof:
      return { type: 'proof', mac: r.fixed('MAC', MAC_BYTES) }
    case KIND.certificate: {
      const chain = decodeChain(r.fixed('certificate chain', CHAIN_BYTES))
      return { type: 'certificate', chain, signature: r.fixed('signature', SIGNATURE_BYTES) }
    }
    case KIND['seal-key']:
      return { type: 'seal-key', key: r.fixed('seal key', SEAL_KEY_BYTES) }
    case KIND.subscribe:
      return { type: 'subscribe', channel: readChannel(r), variant: r.u8('variant'), paths: readPaths(r) }
    case KIND.accepted:
      return { type: 'accepted', channel: readChannel(r), headSeq: r.u48('headSeq') }
    case KIND.refused:
      return {
        type: 'refused',
        channel: readChannel(r),
        reason: r.choice('reason', REFUSALS),
        retryAfterMs: r.uint('retryAfterMs', 0, LIMITS.maxRetryAfterMs),
      }
    case KIND.select:
      return { type: 'select', channel: readChannel(r), path: r.choice('path', SELECTABLE) }
    case KIND.signal:
      return { type: 'signal', session: r.uint('session', 0, MAX_U32), signal: readSignalBody(r) }
    case KIND.ping:
      return { type: 'ping', id: r.uint('id', 0, MAX_U32), t0Us: readTimeUs(r) }
    case KIND.pong:
      return { type: 'pong', id: r.uint('id', 0, MAX_U32), t0Us: readTimeUs(r), t1Us: readTimeUs(r) }
    case KIND.routed:
      return { type: 'routed', envelope: readEnvelope(r) }
    case KIND.bye:
      return {
        type: 'bye',
        reason: r.choice('reason', BYES),
        detail: r.line('detail', LIMITS.maxDetailBytes),
      }
    case KIND.announcement:
      return readAnnouncement(r)
    case KIND.reserve:
      return readReserve(r)
    case KIND.reserved:
      return readReserved(r)
    case KIND.parents:
      return readParents(r)
    case KIND.ancestors:
      return readAncestors(r)
    case KIND.ticket:
      return readTicketMessage(r)
    default:
      return { type: 'unknown', kind, critical: (kind & CRITICAL_KIND) !== 0 }
  }
}

function readHello(r: Reader): ControlMessage {
  const versionMin = r.u8('versionMin', 1)
  const versionMax = r.u8('versionMax', versionMin)
  const features = r.u32('features')
  const role = r.choice('role', ROLES)
  const { minAnnouncedDatagramBytes, maxAnnouncedDatagramBytes } = LIMITS
  const maxDatagramBytes = r.uint('maxDatagramBytes', minAnnouncedDatagramBytes, maxAnnouncedDatagramBytes)
  r.bytes('extension', 0, LIMITS.maxHelloExtensionBytes)
  return { type: 'hello', versionMin, versionMax, features, role, maxDatagramBytes }
}

function readChannel(r: Reader): number {
  return r.uint('channel', 0, LIMITS.maxChannel)
}

function readPaths(r: Reader): Subscribe['paths'] {
  const bits = r.u8('paths', 0, PATH_SWARM | PATH_WEBRTC)
  return { swarm: (bits & PATH_SWARM) !== 0, webrtc: (bits & PATH_WEBRTC) !== 0 }
}

function readTimeUs(r: Reader): number {
  return r.uint('time', 0, Number.MAX_SAFE_INTEGER)
}

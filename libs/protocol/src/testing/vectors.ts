import sodium from 'sodium-universal'
import {
  type ControlMessage,
  type Datagram,
  DatagramOpener,
  DatagramSealer,
  decodeChain,
  decodeControl,
  decodeDatagram,
  decodeEnvelope,
  decodeFrameBody,
  decodeRecord,
  decodeRouted,
  decodeRtpFrame,
  decodeTicket,
  decodeVerifiedHeartbeat,
  encodeChain,
  encodeControl,
  encodeDatagram,
  encodeEnvelope,
  encodeRecord,
  encodeRouted,
  encodeRtp,
  encodeSignedHeartbeat,
  encodeTicket,
  formatLink,
  type FrameFields,
  FrameVerifier,
  helperTopic,
  issueTicket,
  keyPairFromSeed,
  parseLink,
  proofKey,
  type ProofFields,
  proofMac,
  type ProtocolErrorCode,
  routedBinding,
  type RoutedPayload,
  type RoutedSession,
  type RelayTicket,
  sessionProofBytes,
  signEnvelope,
  signSessionProof,
  type SourceHeartbeat,
  stationTopic,
  streamContext,
  toHex,
  signAnnouncement,
} from '../index.ts'
import {
  chainOf,
  CONTEXT,
  counting,
  ENCODER,
  frameOf,
  GENERATION,
  GROUP_KEY,
  keyPairOf,
  NOW_S,
  PROOF_FIELDS,
  rawBody,
  SESSION,
  STATION,
  TERM,
} from './fixtures.ts'

/** What a vector file holds: bytes in hexadecimal, links as text, integers as they are. */
interface VectorFile {
  about: string
  cases: { name: string; fields: unknown; encoded: string }[]
  refused: { name: string; encoded: string; error: ProtocolErrorCode }[]
}

/** One layout: values to encode, how, and how to read them back. */
interface Layout<Fields> {
  about: string
  cases: Record<string, Fields>
  encode: (fields: Fields) => Uint8Array | string
  /** Absent for hashes, which nobody reads back. */
  decode?: (encoded: string) => unknown
  refused?: Record<string, [encoded: Uint8Array | string, error: ProtocolErrorCode]>
}

export interface VectorSet {
  file: VectorFile
  /** The fields of a case's `encoded`, in the form of the file. */
  decode: ((encoded: string) => unknown) | undefined
}

const verifier = new FrameVerifier(sodium, SESSION.publicKey, CONTEXT)
const CHAIN = chainOf()
const ENVELOPE = signEnvelope(sodium, keyPairOf(11), {
  to: keyPairOf(12).publicKey,
  sentMs: NOW_S * 1000,
  payload: counting(20),
})
const RELAY_TICKET = issueTicket(sodium, ENCODER, {
  stationKey: STATION.publicKey,
  generation: GENERATION,
  relayKey: keyPairOf(11).publicKey,
  notBeforeS: NOW_S,
  notAfterS: NOW_S + 86_400,
})
const ANNOUNCEMENT = signAnnouncement(
  sodium,
  { chain: CHAIN, sessionSecretKey: SESSION.secretKey },
  {
    serial: 2,
    frameSamples: 960,
    channels: 2,
    bitrate: 96_000,
    title: 'Späti FM 🎧',
    description: 'Records from the corner shop',
    nowPlaying: 'Guest: Lena',
  },
)
const LINK = formatLink(sodium, { stationKey: STATION.publicKey })
const FRAME = frameOf()

/** Everything that vectors/*.json is made of, by file name. */
export function makeVectors(): Record<string, VectorSet> {
  return {
    keys: vectors(keys),
    hashes: vectors(hashes),
    link: vectors(links),
    certificate: vectors(certificates),
    frame: vectors(frames),
    heartbeat: vectors(heartbeats),
    datagram: vectors(datagrams),
    seal: vectors(seals),
    rtp: vectors(rtpPackets),
    control: vectors(controls),
    record: vectors(records),
    envelope: vectors(envelopes),
    ticket: vectors(tickets),
    routed: vectors(routed),
  }
}

const keys: Layout<{ seed: Uint8Array }> = {
  about: 'Ed25519 key pairs of the actors in the other files: 32-byte seed to public key.',
  cases: Object.fromEntries(
    Object.entries({ station: 1, encoder: 2, session: 3, 'peer A': 11, 'peer B': 12 }).map(([name, byte]) => [
      name,
      { seed: new Uint8Array(32).fill(byte) },
    ]),
  ),
  encode: ({ seed }) => keyPairFromSeed(sodium, seed).publicKey,
}

type HashCase =
  | { use: 'topic'; stationKey: Uint8Array }
  | { use: 'helper topic'; stationKey: Uint8Array }
  | ({ use: 'routed session' } & RoutedSession)
  | { use: 'stream context'; stationKey: Uint8Array; generation: number; term: number; variant: number }
  | { use: 'proof key'; stationKey: Uint8Array; groupKey?: Uint8Array }
  | ({ use: 'proof MAC'; key: Uint8Array } & ProofFields)
  | ({ use: 'session proof bytes' | 'session proof signature' } & ProofFields)

const stationKey = STATION.publicKey
const hashes: Layout<HashCase> = {
  about:
    'Hashes, MACs and signatures that are compared and never parsed. The signature is by the session key.',
  cases: {
    topic: { use: 'topic', stationKey },
    'helper topic': { use: 'helper topic', stationKey },
    'routed session': {
      use: 'routed session',
      initiatorKey: keyPairOf(11).publicKey,
      responderKey: keyPairOf(12).publicKey,
      initiatorNonce: counting(32),
      responderNonce: counting(32, 0x20),
    },
    'stream context': { use: 'stream context', stationKey, generation: GENERATION, term: TERM, variant: 0 },
    'stream context of variant 1': {
      use: 'stream context',
      stationKey,
      generation: GENERATION,
      term: TERM,
      variant: 1,
    },
    'proof key': { use: 'proof key', stationKey },
    'proof key of a private station': { use: 'proof key', stationKey, groupKey: GROUP_KEY },
    'proof MAC': { use: 'proof MAC', key: proofKey(sodium, stationKey), ...PROOF_FIELDS },
    'session proof bytes': { use: 'session proof bytes', ...PROOF_FIELDS },
    'session proof signature': { use: 'session proof signature', ...PROOF_FIELDS },
  },
  encode(fields) {
    if (fields.use === 'topic') return stationTopic(sodium, fields.stationKey)
    if (fields.use === 'helper topic') return helperTopic(sodium, fields.stationKey)
    if (fields.use === 'routed session') return routedBinding(sodium, fields)
    if (fields.use === 'stream context') return streamContext(sodium, fields, fields.variant)
    if (fields.use === 'proof key') return proofKey(sodium, fields.stationKey, fields.groupKey)
    if (fields.use === 'proof MAC') return proofMac(sodium, fields.key, fields)
    if (fields.use === 'session proof bytes') return sessionProofBytes(fields)
    return signSessionProof(sodium, SESSION.secretKey, fields)
  },
}

const links: Layout<{ stationKey: Uint8Array; groupKey?: Uint8Array }> = {
  about: 'Station links as text.',
  cases: { public: { stationKey }, private: { stationKey, groupKey: GROUP_KEY } },
  encode: (link) => formatLink(sodium, link),
  decode: (text) => parseLink(sodium, text),
  refused: {
    'one wrong letter': [LINK.replace(/.$/, 'n'), 'LINK_CHECKSUM'],
    'a letter that does not exist': [LINK.replace(/.$/, 'l'), 'LINK_CHARACTER'],
    'one letter missing': [LINK.slice(0, -1), 'LINK_LENGTH'],
    'another scheme': [LINK.replace('pearcast', 'https'), 'LINK_SCHEME'],
  },
}

const certificates: Layout<typeof CHAIN> = {
  about: 'Certificate chains, signed by station and encoder.',
  cases: { 'a session': CHAIN, 'the first term of generation 0': chainOf({ generation: 0, term: 1 }) },
  encode: encodeChain,
  decode: (hex) => decodeChain(bytesOf(hex)),
  refused: {
    'a later format': [encodeChain(CHAIN).with(0, 2), 'CERT_VERSION'],
    'one byte missing': [encodeChain(CHAIN).subarray(0, -1), 'CERT_LENGTH'],
    'one byte too many': [Uint8Array.of(...encodeChain(CHAIN), 0), 'CERT_LENGTH'],
  },
}

const frames: Layout<Required<FrameFields>> = {
  about:
    'Frame bodies signed by the session key for the stream context of hashes.json. The refused ones are refused before their signature is looked at.',
  cases: {
    'a 20 ms frame': fieldsOf(FRAME),
    'the largest numbers': {
      seq: 2 ** 48 - 1,
      ts48k: 2 ** 48 - 1,
      captureUs: Number.MAX_SAFE_INTEGER,
      kid: 255,
      flags: 63,
      payload: Uint8Array.of(0),
    },
  },
  encode: (fields) => frameOf(fields).body,
  decode(hex) {
    const frame = decodeFrameBody(bytesOf(hex), 0)
    return verifier.verify(frame) ? fieldsOf(frame) : 'forged'
  },
  refused: {
    'no payload': [rawBody({ payload: new Uint8Array(0) }), 'FRAME_LENGTH'],
    'a critical flag': [rawBody({ flags: 0x40 }), 'FRAME_FLAGS'],
    'the other critical flag': [rawBody({ flags: 0x80 }), 'FRAME_FLAGS'],
    'an extension that is cut off': [rawBody({ extension: [7, 4, 0, 0, 0] }), 'FRAME_EXTENSION'],
    'a payload of 1025 bytes': [rawBody({ payload: new Uint8Array(1025) }), 'FRAME_LENGTH'],
  },
}

const heartbeats: Layout<SourceHeartbeat> = {
  about: 'Source heartbeats signed by the session key for the stream context of hashes.json.',
  cases: Object.fromEntries(
    (['live', 'muted', 'stalled', 'ended'] as const).map((state) => [
      state,
      { headSeq: 70_000, ts48k: 67_200_000, wallclockUs: NOW_S * 1e6 + 123_456, state },
    ]),
  ),
  encode: (heartbeat) => encodeSignedHeartbeat(sodium, SESSION.secretKey, CONTEXT, heartbeat),
  decode: (hex) => decodeVerifiedHeartbeat(sodium, SESSION.publicKey, CONTEXT, bytesOf(hex)),
  refused: { 'zeros for a signature': [new Uint8Array(85), 'HEARTBEAT_SIGNATURE'] },
}

const datagrams: Layout<Datagram> = {
  about: 'Datagrams before sealing.',
  cases: {
    frame: { type: 'frame', channel: 0, hops: 0, body: FRAME.body },
    'frame on a high channel after 16 hops': { type: 'frame', channel: 65_535, hops: 16, body: FRAME.body },
    'source heartbeat': {
      type: 'source-heartbeat',
      channel: 252,
      body: encodeSignedHeartbeat(sodium, SESSION.secretKey, CONTEXT, {
        headSeq: 1,
        ts48k: 960,
        wallclockUs: NOW_S * 1e6,
        state: 'live',
      }),
    },
    'hop heartbeat': { type: 'hop-heartbeat', channel: 253, headSeq: 2 ** 48 - 1 },
    NACK: { type: 'nack', channel: 1, seqs: [1, 2, 70_000] },
    report: {
      type: 'report',
      channel: 1,
      headSeq: 70_000,
      expected: 50,
      received: 47,
      jitterMs: 12,
      delayMs: 350,
    },
  },
  encode: encodeDatagram,
  decode: (hex) => decodeDatagram(bytesOf(hex)),
  refused: {
    'a later version': [Uint8Array.of(0x22, 1, 0, 0, 0, 0, 0, 1), 'DATAGRAM_VERSION'],
    'an unknown type': [Uint8Array.of(0x15, 1, 0), 'DATAGRAM_TYPE'],
    'a long form of a low channel': [Uint8Array.of(0x12, 0xfd, 1, 0, 0, 0, 0, 0, 0, 1), 'DATAGRAM_VALUE'],
    'a NACK out of order': [Uint8Array.of(0x13, 1, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1), 'DATAGRAM_VALUE'],
    'a report of more than there was': [
      Uint8Array.of(0x14, 1, 0, 0, 0, 0, 0, 9, 0, 5, 0, 6, 0, 0, 0, 0),
      'DATAGRAM_VALUE',
    ],
    '17 hops': [Uint8Array.of(0x10, 1, 17, ...FRAME.body), 'DATAGRAM_VALUE'],
  },
}

const SEAL_KEY = counting(32)

const seals: Layout<{ key: Uint8Array; counter: number; plaintext: Uint8Array }> = {
  about: 'Sealed datagrams.',
  cases: {
    'the first': { key: SEAL_KEY, counter: 0, plaintext: counting(40) },
    'the 301st': { key: SEAL_KEY, counter: 300, plaintext: Uint8Array.of(7) },
  },
  encode({ key, counter, plaintext }) {
    const sealer = new DatagramSealer(sodium, key)
    for (let i = 0; i < counter; i++) sealer.seal(plaintext)
    return sealer.seal(plaintext)
  },
  decode(hex) {
    const sealed = bytesOf(hex)
    const counter = Number(new DataView(sealed.buffer).getBigUint64(0))
    return { key: SEAL_KEY, counter, plaintext: new DatagramOpener(sodium, SEAL_KEY).open(sealed) }
  },
}

interface RtpFields {
  ssrc: number
  payloadType: number
  sequenceNumber: number
  timestamp: number
  hops: number
  frameBody: Uint8Array
}

const rtpPackets: Layout<RtpFields> = {
  about: 'Frames as RTP packets with header extension element 13.',
  cases: {
    'a frame': {
      ssrc: 0xdead_beef,
      payloadType: 111,
      sequenceNumber: FRAME.seq,
      timestamp: FRAME.ts48k,
      hops: 0,
      frameBody: FRAME.body,
    },
    'numbers beyond 16 and 32 bits': {
      ssrc: 1,
      payloadType: 96,
      sequenceNumber: 0x6789,
      timestamp: 0x1234_5678,
      hops: 3,
      frameBody: frameOf({ seq: 0x1_2345_6789, ts48k: 0xab_1234_5678 }).body,
    },
  },
  encode: ({ ssrc, payloadType, hops, frameBody }) =>
    encodeRtp(decodeFrameBody(frameBody, hops), { ssrc, payloadType }),
  decode(hex) {
    const packet = bytesOf(hex)
    const view = new DataView(packet.buffer)
    const frame = decodeRtpFrame(packet)
    const [ssrc, payloadType, sequenceNumber] = [
      view.getUint32(8),
      view.getUint8(1) & 0x7f,
      view.getUint16(2),
    ]
    return {
      ssrc,
      payloadType,
      sequenceNumber,
      timestamp: view.getUint32(4),
      hops: frame.hops,
      frameBody: frame.body,
    }
  },
  refused: {
    'no header extension': [encodeRtp(FRAME, { ssrc: 1 }).with(0, 0x80), 'RTP_EXTENSION'],
    'the one-byte form of the extension': [
      encodeRtp(FRAME, { ssrc: 1 }).with(12, 0xbe).with(13, 0xde),
      'RTP_EXTENSION',
    ],
    'RTP version 1': [encodeRtp(FRAME, { ssrc: 1 }).with(0, 0x50), 'RTP_HEADER'],
    'another element id': [encodeRtp(FRAME, { ssrc: 1 }).with(16, 12), 'RTP_EXTENSION'],
  },
}

const controls: Layout<ControlMessage> = {
  about: 'Messages of the control channel.',
  cases: {
    hello: {
      type: 'hello',
      versionMin: 1,
      versionMax: 1,
      features: 0,
      role: 'listener',
      maxDatagramBytes: 1152,
    },
    proof: { type: 'proof', mac: counting(32) },
    certificate: {
      type: 'certificate',
      chain: CHAIN,
      signature: signSessionProof(sodium, SESSION.secretKey, PROOF_FIELDS),
    },
    'seal key': { type: 'seal-key', key: counting(32) },
    subscribe: { type: 'subscribe', channel: 1, variant: 0, paths: { swarm: true, webrtc: false } },
    'subscribe as a warm spare': {
      type: 'subscribe',
      channel: 300,
      variant: 1,
      paths: { swarm: false, webrtc: false },
    },
    accepted: {
      type: 'accepted',
      channel: 1,
      headSeq: 1000,
    },
    announcement: ANNOUNCEMENT,
    refused: { type: 'refused', channel: 1, reason: 'full', retryAfterMs: 5000 },
    select: { type: 'select', channel: 1, path: 'webrtc' },
    offer: { type: 'signal', session: 1, signal: { kind: 'offer', sdp: 'v=0\r\ns=-\r\n' } },
    answer: { type: 'signal', session: 1, signal: { kind: 'answer', sdp: 'v=0\r\n' } },
    candidate: {
      type: 'signal',
      session: 70_000,
      signal: {
        kind: 'candidate',
        candidate: 'candidate:1 1 UDP 2122317823 192.0.2.1 40000 typ host',
        mid: '0',
      },
    },
    'end of candidates': { type: 'signal', session: 1, signal: { kind: 'end-of-candidates' } },
    'signaling failed': { type: 'signal', session: 1, signal: { kind: 'failed', reason: 'no WebRTC here' } },
    ping: { type: 'ping', id: 7, t0Us: NOW_S * 1e6 },
    pong: { type: 'pong', id: 7, t0Us: NOW_S * 1e6, t1Us: Number.MAX_SAFE_INTEGER },
    routed: { type: 'routed', envelope: ENVELOPE },
    bye: { type: 'bye', reason: 'off-air', detail: 'see you tomorrow' },
    reserve: { type: 'reserve', channel: 1, standby: false, slots: 8, freeSlots: 3 },
    'reserve by one that can be dialled': {
      type: 'reserve',
      channel: 1,
      standby: false,
      slots: 8,
      freeSlots: 3,
      key: keyPairOf(11).publicKey,
    },
    'reserve as a warm spare': { type: 'reserve', channel: 1, standby: true, slots: 0, freeSlots: 0 },
    reserved: { type: 'reserved', channel: 1, lifetimeMs: 60_000, bytesPerS: 32_000, freeSlots: 2 },
    parents: {
      type: 'parents',
      channel: 1,
      parents: [
        { key: keyPairOf(11).publicKey, depth: 1, freeSlots: 3, rttMs: 0 },
        { key: keyPairOf(12).publicKey, depth: 16, freeSlots: 300, rttMs: 60_000 },
      ],
    },
    ancestors: { type: 'ancestors', channel: 1, keys: [keyPairOf(11).publicKey, keyPairOf(12).publicKey] },
    'ancestors of a child of the broadcaster': { type: 'ancestors', channel: 1, keys: [] },
    ticket: { type: 'ticket', ticket: RELAY_TICKET },
  },
  encode: encodeControl,
  decode: (hex) => decodeControl(bytesOf(hex)),
  refused: {
    'an empty message': [new Uint8Array(0), 'CONTROL_LENGTH'],
    'a byte left over': [Uint8Array.of(0x87, 1, 0, 0), 'CONTROL_LENGTH'],
    'an unknown path': [Uint8Array.of(0x87, 1, 2), 'CONTROL_VALUE'],
    'a channel that is not in its shortest form': [Uint8Array.of(0x87, 0xfd, 1, 0, 0), 'CONTROL_VALUE'],
    'a line feed in text for people': [Uint8Array.of(0x0c, 0, 1, 0x0a), 'CONTROL_VALUE'],
    'text that is not UTF-8': [Uint8Array.of(0x0c, 0, 1, 0xff), 'CONTROL_VALUE'],
    'an ancestor twice': [
      Uint8Array.of(0x13, 1, 2, ...keyPairOf(11).publicKey, ...keyPairOf(11).publicKey),
      'CONTROL_VALUE',
    ],
    'a ticket of a later version': [
      encodeControl({ type: 'ticket', ticket: RELAY_TICKET }).with(1, 2),
      'TICKET_VERSION',
    ],
  },
}

const recordFields = { version: 1, updatedS: NOW_S, certificate: CHAIN, generation: GENERATION, term: TERM }
const RECORD = { ...recordFields, encoders: [keyPairOf(11).publicKey], relays: [keyPairOf(12).publicKey] }

const records: Layout<typeof RECORD> = {
  about: 'Values of the DHT record.',
  cases: { 'one encoder and one relay': RECORD, 'nobody reachable': { ...RECORD, encoders: [], relays: [] } },
  encode: encodeRecord,
  decode: (hex) => decodeRecord(bytesOf(hex)),
  refused: {
    'a later version': [encodeRecord(RECORD).with(0, 2), 'RECORD_VERSION'],
    'one byte missing': [encodeRecord(RECORD).subarray(0, -1), 'RECORD_LENGTH'],
    'five encoders': [encodeRecord(RECORD).with(266, 5), 'RECORD_VALUE'],
  },
}

const envelopes: Layout<typeof ENVELOPE> = {
  about: 'Envelopes from peer A to peer B.',
  cases: { 'an envelope': ENVELOPE },
  encode: encodeEnvelope,
  decode: (hex) => decodeEnvelope(bytesOf(hex)),
  refused: { 'one byte missing': [encodeEnvelope(ENVELOPE).subarray(0, -1), 'ENVELOPE_LENGTH'] },
}

const routed: Layout<RoutedPayload> = {
  about: 'Payloads of routed envelopes.',
  cases: {
    open: { kind: 'open', nonce: counting(32) },
    opened: { kind: 'opened', nonce: counting(32), answer: counting(32, 0x20) },
    'a message': { kind: 'message', session: counting(16), counter: 7, message: Uint8Array.of(0x87, 1, 1) },
  },
  encode: encodeRouted,
  decode: (hex) => decodeRouted(bytesOf(hex)),
  refused: {
    'an unknown kind': [Uint8Array.of(3), 'ENVELOPE_VALUE'],
    'a nonce cut short': [Uint8Array.of(0, 1, 2), 'ENVELOPE_LENGTH'],
    'an empty message': [new Uint8Array(22).fill(2, 0, 1), 'ENVELOPE_VALUE'],
  },
}

const tickets: Layout<RelayTicket> = {
  about: 'Tickets for peer A, signed by the encoder.',
  cases: { 'a day': RELAY_TICKET },
  encode: encodeTicket,
  decode: (hex) => decodeTicket(bytesOf(hex)),
  refused: {
    'a later version': [encodeTicket(RELAY_TICKET).with(0, 2), 'TICKET_VERSION'],
    'one byte missing': [encodeTicket(RELAY_TICKET).subarray(0, -1), 'TICKET_LENGTH'],
  },
}

function vectors<Fields>({ about, cases, encode, decode, refused = {} }: Layout<Fields>): VectorSet {
  const file: VectorFile = {
    about,
    cases: Object.entries(cases).map(([name, fields]) => ({
      name,
      fields: toJson(fields),
      encoded: toText(encode(fields)),
    })),
    refused: Object.entries(refused).map(([name, [encoded, error]]) => ({
      name,
      encoded: toText(encoded),
      error,
    })),
  }
  return { file, decode: decode && ((encoded) => toJson(decode(encoded))) }
}

function fieldsOf({
  seq,
  ts48k,
  captureUs,
  kid = 0,
  flags = 0,
  payload,
}: FrameFields): Required<FrameFields> {
  return { seq, ts48k, captureUs, kid, flags, payload }
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function toText(encoded: Uint8Array | string): string {
  return typeof encoded === 'string' ? encoded : toHex(encoded)
}

/** The value as it stands in a file: byte fields become hexadecimal text. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]))
}

export { type Announcement, signAnnouncement, type StationAbout, verifyAnnouncement } from './announcement.ts'
export * from './certificate.ts'
export * from './control-message.ts'
export { CRITICAL_KIND, decodeControl, encodeControl } from './control.ts'
export {
  type Datagram,
  decodeDatagram,
  encodeDatagram,
  encodeFrameDatagramInto,
  type Report,
} from './datagram.ts'
export {
  decodeEnvelope,
  encodeEnvelope,
  type RoutedEnvelope,
  signEnvelope,
  verifyEnvelope,
} from './envelope.ts'
export { ProtocolError, type ProtocolErrorCode, type WireArea } from './errors.ts'
export { type FrameFields, FrameSigner, FrameVerifier } from './frame-signature.ts'
export { CRITICAL_FLAGS, decodeFrameBody, type Frame, FRAME_HEADER_BYTES } from './frame.ts'
export * from './heartbeat.ts'
export {
  fromHex,
  KEY_BYTES,
  keyId,
  type KeyPair,
  keyPairFromSeed,
  SECRET_KEY_BYTES,
  SEED_BYTES,
  SIGNATURE_BYTES,
  toHex,
} from './keys.ts'
export { LIMITS, PROTOCOL_VERSION } from './limits.ts'
export { formatLink, parseLink, type StationLink } from './link.ts'
export { opusDurationSamples } from './opus.ts'
export type { Path, Via } from './path.ts'
export {
  MAC_BYTES,
  type ProofFields,
  proofKey,
  proofMac,
  sessionProofBytes,
  signSessionProof,
  verifyProof,
  verifySessionProof,
} from './proof.ts'
export { decodeRecord, encodeRecord, type StationRecord } from './record.ts'
export * from './relay-message.ts'
export { decodeTicket, encodeTicket, issueTicket, type RelayTicket, verifyTicket } from './relay-ticket.ts'
export type { Role } from './role.ts'
export {
  decodeRouted,
  encodeRouted,
  ROUTED_NONCE_BYTES,
  ROUTED_SESSION_BYTES,
  routedBinding,
  type RoutedPayload,
  type RoutedSession,
} from './routed.ts'
export { decodeRtpFrame, encodeRtp, RTP_EXTENSION_ID, RTP_PAYLOAD_TYPE, type RtpOptions } from './rtp.ts'
export { DatagramOpener, DatagramSealer, SEAL_KEY_BYTES } from './seal.ts'
export type { Sodium } from './sodium.ts'
export { CONTEXT_BYTES, streamContext } from './stream.ts'
export { isPlainLine, toPlainLine } from './text.ts'
export { helperTopic, introductionTopic, stationTopic } from './topic.ts'
export { negotiateVersion, OUR_VERSIONS, type VersionOffer } from './version.ts'

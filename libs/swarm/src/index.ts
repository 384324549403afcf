export { type Address, formatAddress, isLoopbackHost, parseBootstrap } from './address.ts'
export type { AdmissionLimits, AdmissionStats } from './admission.ts'
export { type AnnouncerEvent, StationAnnouncer, type StationAnnouncerOptions } from './announcer.ts'
export {
  type ConnectionEvent,
  ConnectionManager,
  type ConnectionManagerOptions,
} from './connection-manager.ts'
export { CHANNEL_LABEL } from './control-channel.ts'
export type { DatagramStats } from './datagram-port.ts'
export { type DhtNode, type NatClass, openDht, type OpenDhtOptions } from './dht-node.ts'
export {
  examineNetwork,
  type ExamineOptions,
  type ExamineStep,
  type NetworkFindings,
} from './diagnosis/examine-network.ts'
export { LeanUdx } from './lean-udx.ts'
export { createKeyPair, type DhtKeyPair } from './key-pair.ts'
export { introduce, type IntroduceOptions } from './introduction/introduce.ts'
export {
  type IntroducedStation,
  IntroductionServer,
  type IntroductionServerOptions,
} from './introduction/introduction-server.ts'
export { dialMember, type MemberDialOptions } from './member-dial.ts'
export type { NatMapping } from './diagnosis/nat-mapping.ts'
export { SwarmError, type SwarmErrorCode } from './errors.ts'
export type { Refusal, RefusalCode, Term } from './handshake.ts'
export type { LinkBearer, LinkEnd, PeerLink } from './peer-link.ts'
export { type PrivateDht, type PrivateDhtOptions, startPrivateDht } from './private-dht.ts'
export { type ReachabilityOptions, ReachabilityWatch } from './reachability.ts'
export type { ReachabilityChange } from './reflexive-addresses.ts'
export { type Rate, TokenBucket } from './rate-limit.ts'
export { readRecord, type StationSigner, type StoredRecord } from './station-record.ts'
export { EnvelopeRouter, type RouterStats } from './routed/envelope-router.ts'
export { HelperSearch, HelperServer, type HelperServerOptions } from './routed/helper-server.ts'
export { RoutedLink } from './routed/routed-link.ts'
export type { SecretStream } from '@hyperswarm/secret-stream'
export type { SetTimer } from './timer.ts'
export { type ConnectionTraits, viaOf } from './via.ts'

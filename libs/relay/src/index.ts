export type { CandidateNews, CandidateSource } from './client/candidates.ts'
export { clientMachine } from './client/machine.ts'
export type { Beats, RelayClientEffect, RelayClientOptions, Stretch } from './client/ports.ts'
export { RelayClient } from './client/relay-client.ts'
export type { ClientInput, ClientState } from './client/types.ts'
export { Forwarder, type Outcome, type ServeOptions } from './forward/forwarder.ts'
export type { ForwarderPorts, RelayFrame, RelayRing } from './forward/ports.ts'
export type { Reception } from './forward/repair.ts'
export type { HostLimits } from './host/admission.ts'
export { hostMachine } from './host/machine.ts'
export type { RelayHostEffect, RelayHostOptions } from './host/ports.ts'
export { RelayHost } from './host/relay-host.ts'
export type { HostState } from './host/types.ts'
export { RelayPeer, type RelayEffect, type RelayPeerOptions } from './relay-peer.ts'
export { addressPrefix } from './tree/address-prefix.ts'
export {
  type Capacity,
  type Circumstances,
  fanOut,
  fullTreeDepth,
  type LeafReason,
  leafReason,
  standing,
} from './tree/policy.ts'
export type { Misconduct } from './trust/distrust.ts'

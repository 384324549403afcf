/*
 * The lab without pearCast: namespaces, NATs, lines and faults for anybody's programs. Nothing behind this imports another
 * project of the repository, and of packages koffi only (a rule of .dependency-cruiser.cjs).
 */
export { NetsimError, type NetsimErrorCode } from './errors.ts'

// IP
export { formatEndpoint, parseEndpoint, type Endpoint } from './ip/address.ts'
export { parsePacket, type ParsedPacket } from './ip/packet.ts'

// NAT, links, topologies
export { Nat } from './nat/nat.ts'
export type { EndpointDependence, NatBehaviour, NatConfig, NatDrop, PortAllocation } from './nat/config.ts'
export { NAT_BEHAVIOURS, NAT_TYPES, type NatSpec, type NatType } from './nat/types.ts'
export { Link, type LinkConfig, type LinkDrop } from './link/link.ts'
export type { GilbertElliott, LossConfig } from './link/loss.ts'
export type { HostSpec, Site, Topology } from './topology/topology.ts'
export { build, type HostPlan, type NatPlan, type Plan, type SitePlan } from './topology/plan.ts'
export {
  cloud,
  corporate,
  home,
  hotspot,
  LINKS,
  mobileCgnat,
  PRESETS,
  siteOfType,
  udpBlocked,
  vpn,
  type SiteChanges,
} from './topology/presets.ts'

// The fabric: all of it together, in virtual time
export { Fabric, type FabricOptions } from './fabric/fabric.ts'
export type { DropReason, FabricObserver, FabricStats } from './fabric/drops.ts'
export { seededRandom, type Random } from './random.ts'

// The backend that runs real programs in network namespaces, and a probe for them
export { openTunLab, type Lab, type TunLabOptions } from './tun/lab.ts'
export { tunAvailable, type TunAvailability } from './tun/available.ts'
export { enterUserNamespace } from './tun/user-namespace.ts'
export type { Escape, Fault, LabStats } from './tun/messages.ts'

import type { NatBehaviour } from './config.ts'

/** A NAT as a topology describes it: its behaviour and where it stands; its address comes from the plan. */
export interface NatSpec {
  /** Names it for faults, and makes sites that name the same `operator` NAT share it. Default `<site>/nat<n>`. */
  id?: string
  /** `premises`: before the site's access link, a router at home. `operator`: behind it, at the provider. */
  place: 'premises' | 'operator'
  behaviour: NatBehaviour
  /** The addresses inside an `operator` NAT. Default 100.64.0.0/10, shared address space (RFC 6598). */
  inside?: string
}

/** The names that people use, most of them from RFC 3489, for behaviours that RFC 4787 describes better. */
export type NatType =
  | 'public'
  | 'full-cone'
  | 'address-restricted'
  | 'port-restricted'
  | 'symmetric-sequential'
  | 'symmetric-random'
  | 'cgnat'

/** A home router on Linux: keeps the port, refreshes in both directions, forgets after two minutes (REQ-5). */
const HOME: NatBehaviour = {
  mapping: 'endpoint-independent',
  filtering: 'address-and-port-dependent',
  portAllocation: 'preserving',
  hairpinning: true,
  bindingLifetimeMs: 120_000,
  refresh: 'both',
}

/** A firewall of a company: another port for each destination, half the lifetime that REQ-5 demands, no hairpin. */
const SYMMETRIC: NatBehaviour = {
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  portAllocation: 'random',
  hairpinning: false,
  bindingLifetimeMs: 60_000,
  refresh: 'outbound',
}

/** A provider's NAT that follows RFC 6888: endpoint-independent mapping, random ports, a limit a subscriber. */
const CARRIER: NatBehaviour = {
  mapping: 'endpoint-independent',
  filtering: 'address-and-port-dependent',
  portAllocation: 'random',
  hairpinning: true,
  bindingLifetimeMs: 120_000,
  refresh: 'outbound',
  maxBindingsPerHost: 2048,
}

/** Behaviours by name, for a NAT that stands alone. */
export const NAT_BEHAVIOURS: Record<Exclude<NatType, 'public'>, NatBehaviour> = {
  'full-cone': { ...HOME, filtering: 'endpoint-independent' },
  'address-restricted': { ...HOME, filtering: 'address-dependent' },
  'port-restricted': HOME,
  'symmetric-sequential': { ...SYMMETRIC, portAllocation: 'sequential' },
  'symmetric-random': SYMMETRIC,
  cgnat: CARRIER,
}

/**
 * What stands between a host and the Internet, innermost first, for each type of the matrix. `cgnat` is what it
 * usually is at home: a port-restricted router behind the provider's NAT.
 */
export const NAT_TYPES: Record<NatType, readonly NatSpec[]> = {
  public: [],
  'full-cone': [{ place: 'premises', behaviour: NAT_BEHAVIOURS['full-cone'] }],
  'address-restricted': [{ place: 'premises', behaviour: NAT_BEHAVIOURS['address-restricted'] }],
  'port-restricted': [{ place: 'premises', behaviour: NAT_BEHAVIOURS['port-restricted'] }],
  'symmetric-sequential': [{ place: 'premises', behaviour: NAT_BEHAVIOURS['symmetric-sequential'] }],
  'symmetric-random': [{ place: 'premises', behaviour: NAT_BEHAVIOURS['symmetric-random'] }],
  cgnat: [
    { place: 'premises', behaviour: NAT_BEHAVIOURS['port-restricted'] },
    { place: 'operator', behaviour: NAT_BEHAVIOURS.cgnat },
  ],
}

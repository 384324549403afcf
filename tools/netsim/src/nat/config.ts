/** What a mapping, or a filter, looks at besides the internal endpoint (RFC 4787 §4.1 and §5). */
export type EndpointDependence = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent'

/** How the external port of a new mapping is chosen (RFC 4787 §4.2). None ever overloads a port (REQ-3). */
export type PortAllocation =
  /** The internal port if it is free, else the next free one of the same parity. */
  | 'preserving'
  /** One more than the last: what port prediction hopes for. */
  | 'sequential'
  | 'random'

/** The behaviour of a NAT in the words of RFC 4787, without the address it has. */
export interface NatBehaviour {
  mapping: EndpointDependence
  filtering: EndpointDependence
  portAllocation: PortAllocation
  /** Whether hosts inside reach each other through their external endpoints (REQ-9). */
  hairpinning: boolean
  /** How long a mapping, and a filter's permission, lasts without refresh (REQ-5). */
  bindingLifetimeMs: number
  /** Whether packets from outside refresh a binding too (REQ-6). */
  refresh: 'outbound' | 'both'
  /** Bindings, of UDP and of ICMP each, before new ones are refused. Default 16 384. */
  maxBindings?: number
  /** Bindings that one internal address may hold (RFC 6888 REQ-4). Default: no limit but `maxBindings`. */
  maxBindingsPerHost?: number
}

export interface NatConfig extends NatBehaviour {
  /** IPv4. One address, so its pooling is "paired" by nature (REQ-2). */
  publicAddress: string
}

/** Why a NAT let a packet go no further. */
export type NatDrop =
  /** From outside, to a port that nothing inside holds. */
  | 'no-binding'
  /** From outside, to a bound port, from somebody whom the filter does not know. */
  | 'filtered'
  /** From inside, to the NAT's own address, and it does not hairpin. */
  | 'no-hairpin'
  /** No port, or no room, is left for a new binding. */
  | 'nat-full'
  /** Neither UDP nor ICMP. TCP is not translated: nothing of pearCast crosses a NAT over TCP. */
  | 'nat-protocol'
  /** A fragment whose first part was not seen: only fragments in order are translated (see REQ-14). */
  | 'nat-fragment'

/** `forward`: translated, and on to the other side. `hairpin`: translated, and back inside. */
export type NatVerdict = 'forward' | 'hairpin' | NatDrop

import type { NatType } from '../nat/types.ts'
import { behind } from './places.ts'
import type { Scenario } from './scenario.ts'

/** Where IPv4 allows no WebRTC without a STUN server, IPv6 does. */
export const ipv6: readonly Scenario[] = [
  dualStack('open', 'port-restricted', 'port-restricted'),
  dualStack('stateful', 'port-restricted', 'port-restricted'),
]

function dualStack(firewall: 'open' | 'stateful', broadcaster: NatType, listener: NatType): Scenario {
  return {
    name: `ipv6/${broadcaster} x ${listener}, IPv6 ${firewall}`,
    group: 'ipv6',
    broadcaster: behind(broadcaster, { ipv6: { firewall } }),
    listener: behind(listener, { ipv6: { firewall } }),
    expect: { verdict: 'heard', withinMs: 10_000, path: 'webrtc', via: ['webrtc'] },
  }
}

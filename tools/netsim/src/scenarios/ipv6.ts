import type { NatType } from '../nat/types.ts'
import { cloud } from '../topology/presets.ts'
import { behind, place } from './places.ts'
import type { Scenario, Step } from './scenario.ts'

/** A negotiation through somebody else takes longer than a dial, and begins when a dial has failed. */
const ROUTED_WITHIN_MS = 8000
/** What hears it is the ear: longer than this is an interruption. */
const MAX_GAP_MS = 150

/** Holes are opened by luck, which takes its time; a route that leads to no connection must not end that. */
const birthday: Scenario = {
  name: 'ipv6/port-restricted x symmetric, a common peer and no IPv6',
  group: 'ipv6',
  broadcaster: behind('port-restricted'),
  listener: behind('symmetric-random'),
  helper: place(cloud('', [])),
  help: ['--relay', 'off'],
  expect: { verdict: 'heard', via: ['birthday', 'webrtc'] },
}

/** Where IPv4 allows no WebRTC without a STUN server, IPv6 does. */
export const ipv6: readonly Scenario[] = [
  dualStack('open', 'port-restricted', 'port-restricted'),
  dualStack('stateful', 'port-restricted', 'port-restricted'),
  birthday,
  // No probe meets between two NATs that map at random: somebody whom both reach has to pass the signaling on.
  routed('symmetric x symmetric, through a common peer', []),
  routed('symmetric x symmetric, the common peer is killed', [
    { afterMs: 4000, signal: 'SIGKILL', role: 'helper' },
  ]),
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

function routed(name: string, steps: readonly Step[]): Scenario {
  const symmetric = behind('symmetric-random', { ipv6: { firewall: 'open' } })
  return {
    name: `ipv6/${name}`,
    group: 'ipv6',
    broadcaster: symmetric,
    listener: symmetric,
    helper: place(cloud('', [])),
    steps,
    // Longer than a parent or a child waits for a peer that says nothing.
    listenMs: steps.length > 0 ? 25_000 : 6000,
    expect: {
      verdict: 'heard',
      withinMs: ROUTED_WITHIN_MS,
      path: 'webrtc',
      via: ['webrtc'],
      maxGapMs: MAX_GAP_MS,
    },
  }
}

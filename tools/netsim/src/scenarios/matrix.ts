import { LIMITS } from '../oracle/limits.ts'
import { predict, type Help } from '../oracle/oracle.ts'
import type { NatSpec, NatType } from '../nat/types.ts'
import { behind, withoutUdp } from './places.ts'
import {
  pairName,
  type Expectation,
  type LanName,
  type Pair,
  type Place,
  type PlaceName,
  type Scenario,
} from './scenario.ts'

const TYPES: readonly NatType[] = [
  'public',
  'full-cone',
  'address-restricted',
  'port-restricted',
  'symmetric-sequential',
  'symmetric-random',
  'cgnat',
]
const PLACES: readonly PlaceName[] = [...TYPES, 'dual-stack', 'udp-blocked']

/** An interruption begins here. */
const MAX_GAP_MS = 150
/** A birthday punch is a lottery. */
const ALONE_MS = 40_000
/** No single play may take longer; what 95 of 100 take is an aim of its own. */
const HELPED_MS = 10_000
/** Where nothing may come, this long: HyperDHT gives up within a second, and is asked again and again. */
const SILENT_MS = 15_000
/** HyperDHT asks for 6 s before it gives up. */
const NO_UDP_MS = 8000
/** Long enough to see that it plays: two statistics, one a second. */
const LISTEN_MS = 2500

const HELPERS: Record<Help, Pick<Scenario, 'relays' | 'helper'>> = {
  none: {},
  relay: { relays: [{ id: 'relay-1', place: behind('public') }] },
  listener: { helper: behind('public') },
}

const IN_CANARY: ReadonlySet<string> = new Set([
  'matrix/public x public',
  'matrix/port-restricted x port-restricted',
  'matrix/symmetric-random x public',
  'matrix/symmetric-random x symmetric-random, a relay',
])
/** Bare hyperdht connects these, so that its failures elsewhere mean something. */
const BARE_CONNECTS: ReadonlySet<string> = new Set([
  'matrix/port-restricted x port-restricted',
  'matrix/port-restricted x isolated LAN',
])

/** Each place of the broadcaster with each of the listener, and both on one LAN; nothing else differs. */
const pairs: readonly Omit<Pair, 'help'>[] = [
  ...PLACES.flatMap((broadcaster) => PLACES.map((listener) => ({ broadcaster, listener }))),
  ...lans('same LAN', 'port-restricted', 'symmetric-random'),
  ...lans('isolated LAN', 'port-restricted', 'symmetric-random'),
  ...lans('isolated LAN without hairpin', 'port-restricted'),
]

/** Every pair without help, with a relay on a public address, and where all the help is a listener who has one. */
export const matrix: readonly Scenario[] = (['none', 'relay', 'listener'] as const).flatMap((help) =>
  // Who has no UDP never comes on air, whoever would help.
  pairs
    .filter(({ broadcaster }) => help === 'none' || broadcaster !== 'udp-blocked')
    .map((pair) => scenarioOf({ ...pair, help })),
)

function lans(lan: LanName, ...types: readonly NatType[]): Omit<Pair, 'help'>[] {
  return types.map((type) => ({ broadcaster: type, listener: type, lan }))
}

function scenarioOf(pair: Pair): Scenario {
  const { broadcaster, listener, lan, help } = pair
  const place = placeOf(broadcaster, lan)
  const places = { broadcaster: place, listener: lan === undefined ? placeOf(listener) : 'same-lan' } as const
  const expect = expectationOf(places, help)
  const isLimit = expect.verdict === 'silent'
  return {
    name: pairName(pair),
    group: 'matrix',
    pair,
    canary: IN_CANARY.has(pairName(pair)),
    ...places,
    ...HELPERS[help],
    listenMs: LISTEN_MS,
    expect,
    ...((isLimit || BARE_CONNECTS.has(pairName(pair))) && { bare: isLimit ? 'fails' : 'connects' }),
  }
}

function placeOf(name: PlaceName, lan?: LanName): Place {
  if (name === 'udp-blocked') return withoutUdp()
  // As most home routers have it: IPv4 behind a NAT, IPv6 behind a firewall that lets answers in.
  if (name === 'dual-stack') return behind('port-restricted', { ipv6: { firewall: 'stateful' } })
  const place = behind(name)
  switch (lan) {
    case undefined:
    case 'same LAN':
      return place
    case 'isolated LAN':
      return { ...place, apIsolation: true }
    case 'isolated LAN without hairpin':
      return { ...place, apIsolation: true, nats: place.nats.map(withoutHairpin) }
  }
}

function withoutHairpin(nat: NatSpec): NatSpec {
  return { ...nat, behaviour: { ...nat.behaviour, hairpinning: false } }
}

function expectationOf(places: Pick<Scenario, 'broadcaster' | 'listener'>, help: Help): Expectation {
  const prediction = predict({ ...places, help })
  switch (prediction.outcome) {
    case 'heard':
      return {
        verdict: 'heard',
        withinMs: help === 'none' ? ALONE_MS : HELPED_MS,
        maxGapMs: MAX_GAP_MS,
        ways: prediction.ways,
      }
    case 'silent':
      return { verdict: 'silent', forMs: SILENT_MS, why: LIMITS[prediction.limit] }
    case 'error':
      return { verdict: 'error', role: prediction.role, code: prediction.code, withinMs: NO_UDP_MS }
  }
}

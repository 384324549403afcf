import type { LimitName } from './limits.ts'
import { traitsOf, type Surroundings, type Traits } from './traits.ts'

/** What `pearcast` says carried the audio. */
export type Path = 'swarm' | 'webrtc' | 'relayed'
export type Via = 'lan' | 'public' | 'punched' | 'birthday' | 'webrtc' | 'relay'

/** Who else is there: nobody, a relay on a public address, or a listener who happens to have one. */
export type Help = 'none' | 'relay' | 'listener'

/** How audio can come, from the first sound to the last. */
export interface Way {
  path: Path
  via: Via
}

export interface PairDescription {
  broadcaster: Surroundings
  /** `same-lan`: on the broadcaster's LAN. */
  listener: Surroundings | 'same-lan'
  help: Help
}

export type Prediction =
  /** By one of these, at the first sound and at the end; it may change in between. */
  | { outcome: 'heard'; ways: readonly Way[] }
  | { outcome: 'silent'; limit: LimitName }
  | { outcome: 'error'; role: 'broadcaster' | 'listener'; code: 'NO_UDP' }

const WEBRTC: Way = { path: 'webrtc', via: 'webrtc' }
const RELAYED: Way = { path: 'relayed', via: 'relay' }

/**
 * What is to come of a pair, from nothing but what stands before its two sides: whether the listener hears the station,
 * and how. It knows HyperDHT's rules (`lib/connect.js`, `lib/holepuncher.js`) and ICE's with host candidates only, and
 * nothing of any run.
 */
export function predict({ broadcaster, listener, help }: PairDescription): Prediction {
  const here = traitsOf(broadcaster)
  const there = listener === 'same-lan' ? here : traitsOf(listener)
  if (!here.udp) return { outcome: 'error', role: 'broadcaster', code: 'NO_UDP' }
  if (!there.udp) return { outcome: 'error', role: 'listener', code: 'NO_UDP' }
  const direct = listener === 'same-lan' ? onOneLan(here) : acrossNats(here, there)
  if (help === 'none') {
    if ('limit' in direct) return { outcome: 'silent', limit: direct.limit }
    // WebRTC is negotiated over a connection that is there already.
    return { outcome: 'heard', ways: [...direct.ways, ...webrtcOf(here, there, listener === 'same-lan')] }
  }
  const ways = 'limit' in direct ? [] : direct.ways
  // Whoever helps passes signaling on, so that WebRTC needs no connection of its own.
  return { outcome: 'heard', ways: [...ways, ...webrtcOf(here, there, listener === 'same-lan'), RELAYED] }
}

type Direct = { ways: readonly Way[] } | { limit: LimitName }

function onOneLan(traits: Traits): Direct {
  if (!traits.isolated) return bySwarm('lan', ...(traits.hairpins ? (['punched'] as const) : []))
  return traits.hairpins ? acrossNats(traits, traits) : { limit: 'no-hairpin' }
}

function acrossNats(here: Traits, there: Traits): Direct {
  const moving = [here.mapping, there.mapping].filter(isMoving)
  // 256 sockets of one side meet 1750 probes of the other.
  const punch = moving.length === 0 ? 'punched' : 'birthday'
  // Who has not learnt yet that everybody reaches it punches as if it were behind a consistent NAT; and a broadcaster
  // who dials an open listener does so from a socket for punches.
  if (here.mapping === 'open' || there.mapping === 'open') return bySwarm('public', punch)
  if (moving.length < 2) return bySwarm(punch)
  return { limit: moving.includes('predictable') ? 'no-port-prediction' : 'two-random-nats' }
}

function isMoving(mapping: Traits['mapping']): boolean {
  return mapping === 'predictable' || mapping === 'random'
}

function bySwarm(...vias: readonly Via[]): Direct {
  return { ways: vias.map((via) => ({ path: 'swarm', via })) }
}

/** Without STUN servers, ICE knows the addresses of the hosts only: one of the two must be one that the other reaches. */
function webrtcOf(here: Traits, there: Traits, isOneLan: boolean): readonly Way[] {
  const byLan = isOneLan && !here.isolated
  const byAddress = here.mapping === 'open' || there.mapping === 'open'
  return byLan || byAddress || (here.ipv6 && there.ipv6) ? [WEBRTC] : []
}

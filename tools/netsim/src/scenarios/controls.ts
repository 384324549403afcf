import { faults } from './faults.ts'
import { ipv6 } from './ipv6.ts'
import { links } from './links.ts'
import { matrix } from './matrix.ts'
import { behind } from './places.ts'
import { relays } from './relay.ts'
import type { NatType } from '../nat/types.ts'
import type { Actor, Mechanism, Role, Scenario } from './scenario.ts'

/**
 * Each takes one mechanism out of the program, or changes one NAT, and passes when its scenario's own assertion then
 * fails.
 */
export const controls: readonly Scenario[] = [
  control('matrix/port-restricted x port-restricted', 'punching', 'both', true),
  control("faults/rebind of the broadcaster's NAT", 'reachability', 'broadcaster'),
  control("faults/rebind of the listener's NAT", 'redial', 'listener'),
  control('links/5 % loss, a minute', 'repair', 'both'),
  control('links/5 % loss, a minute', 'adaptivity', 'listener'),
  control('links/UDP blocked', 'udp-check', 'listener'),
  control('faults/40 s cut of the broadcaster', 'return', 'broadcaster'),
  control('faults/40 s cut of the broadcaster', 'doubt', 'listener'),
  control('ipv6/port-restricted x port-restricted, IPv6 open', 'webrtc', 'both'),
  control('ipv6/symmetric x symmetric, through a common peer', 'routing', 'helper'),
  control('ipv6/symmetric x symmetric, the common peer is killed', 'bearing', 'both'),
  control('matrix/symmetric-random x symmetric-random, a listener', 'relaying', 'helper'),
  control('relay/the parent is killed, a second is warm', 'second', 'listener'),
  {
    ...impatient('relay/a broadcaster who hides his address, through the relay that he names'),
    name: 'controls/relay/a broadcaster who names a relay, and hides nothing',
    broadcast: [],
  },
  withoutRelays('matrix/symmetric-random x symmetric-random, a relay'),
  withoutRelays('relay/100 listeners behind symmetric NATs at once'),
  swapped('matrix/symmetric-random x public', 'listener', 'symmetric-random'),
  swapped('matrix/public x symmetric-random', 'broadcaster', 'symmetric-sequential'),
]

function control(name: string, mechanism: Mechanism, role: Actor | 'both', canary = false): Scenario {
  return {
    ...impatient(name),
    name: `controls/${name}, without ${mechanism}`,
    canary,
    without: { mechanism, role },
  }
}

/** The same scenario and expectation with another NAT before one of the two. */
function swapped(name: string, role: Role, type: NatType): Scenario {
  return { ...impatient(name), name: `controls/${name}, the ${role} ${type}`, [role]: behind(type) }
}

/** The same scenario and expectation where nobody operates a relay. */
function withoutRelays(name: string): Scenario {
  return { ...impatient(name), name: `controls/${name}, and none is there`, relays: [] }
}

/** A scenario that does not wait long for what is not to come. */
function impatient(name: string): Scenario {
  const scenario = [...matrix, ...relays, ...links, ...ipv6, ...faults].find((each) => each.name === name)
  if (scenario === undefined) throw new Error(`no scenario is called ${name}`)
  const { bare: _, expect, pair: __, ...rest } = scenario
  const patience = expect.verdict === 'heard' ? { withinMs: Math.min(expect.withinMs ?? 10_000, 10_000) } : {}
  return { ...rest, group: 'controls', canary: false, expect: { ...expect, ...patience } }
}

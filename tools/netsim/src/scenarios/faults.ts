import type { NatType } from '../nat/types.ts'
import type { Fault } from '../tun/messages.ts'
import { behind } from './places.ts'
import type { Role, Scenario, Step } from './scenario.ts'

/** NATs of the broadcaster and the listener. */
type Pair = readonly [NatType, NatType]

/** Audio is to be back so long after a rebind, a new address, or the end of a cut. */
const BACK_MS = 3000
const HEALTHY_MS = 3000
const AFTERWARDS_MS = 8000
const ROLES: readonly Role[] = ['listener', 'broadcaster']

const HOME: Pair = ['port-restricted', 'port-restricted']
const OTHERS: readonly Pair[] = [
  ['cgnat', 'address-restricted'],
  ['full-cone', 'cgnat'],
]

/** Everything that happens to a broadcaster or a listener, each to either: behind home routers. */
const atHome: readonly Scenario[] = ROLES.flatMap((role) => [
  fault(`rebind of the ${role}'s NAT`, once({ name: 'rebind', args: [role] }), BACK_MS, true),
  fault(`new public address of the ${role}`, once({ name: 'setPublicAddress', args: [role] }), BACK_MS),
  fault(`the ${role} roams`, once({ name: 'roam', args: [role, 'elsewhere'] }), BACK_MS),
  ...[3, 10, 40].map((seconds) =>
    fault(`${seconds} s cut of the ${role}`, cut(role, 'both', seconds * 1000), seconds * 1000 + BACK_MS),
  ),
  fault(`one-way partition of the ${role}, in`, cut(role, 'in', 10_000), 10_000 + BACK_MS),
  fault(`one-way partition of the ${role}, out`, cut(role, 'out', 10_000), 10_000 + BACK_MS),
  fault(`the ${role} sleeps for 10 s`, sleep(role, 10_000), 10_000 + BACK_MS),
  fault(`the ${role} sleeps for 40 s`, sleep(role, 40_000), 40_000 + BACK_MS),
])

/** What changes how a role is reached, behind other NATs too. */
const elsewhere: readonly Scenario[] = OTHERS.flatMap((pair) =>
  ROLES.flatMap((role) =>
    [
      fault(`rebind of the ${role}'s NAT`, once({ name: 'rebind', args: [role] }), BACK_MS),
      fault(`new public address of the ${role}`, once({ name: 'setPublicAddress', args: [role] }), BACK_MS),
      fault(`the ${role} roams`, once({ name: 'roam', args: [role, 'elsewhere'] }), BACK_MS),
      fault(`10 s cut of the ${role}`, cut(role, 'both', 10_000), 10_000 + BACK_MS),
    ].map((scenario) => between(pair, scenario)),
  ),
)

export const faults: readonly Scenario[] = [...atHome, ...elsewhere]

/** What happens to both. */
export const outages: readonly Scenario[] = [
  {
    ...fault('bootstrap nodes lost', [{ afterMs: HEALTHY_MS, lose: 'dht' }], 150),
    listenMs: 15_000,
  },
]

function fault(name: string, steps: readonly Step[], maxGapMs: number, canary = false): Scenario {
  return {
    name: `faults/${name}`,
    group: 'faults',
    canary,
    broadcaster: behind(HOME[0]),
    listener: behind(HOME[1]),
    elsewhere: behind('port-restricted'),
    steps,
    listenMs: AFTERWARDS_MS,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs },
  }
}

function between([broadcaster, listener]: Pair, scenario: Scenario): Scenario {
  const name = `${scenario.name}, ${broadcaster} x ${listener}`
  return { ...scenario, name, broadcaster: behind(broadcaster), listener: behind(listener) }
}

function once(event: Fault): Step[] {
  return [{ afterMs: HEALTHY_MS, fault: event }]
}

function cut(role: Role, direction: 'both' | 'in' | 'out', ms: number): Step[] {
  return [
    { afterMs: HEALTHY_MS, fault: { name: 'cut', args: [role, direction, true] } },
    { afterMs: ms, fault: { name: 'cut', args: [role, direction, false] } },
  ]
}

function sleep(role: Role, ms: number): Step[] {
  return [
    { afterMs: HEALTHY_MS, signal: 'SIGSTOP', role },
    { afterMs: ms, signal: 'SIGCONT', role },
  ]
}

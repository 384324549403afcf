import type { Fault } from '../tun/messages.ts'
import { behind } from './places.ts'
import type { Role, Scenario, Step } from './scenario.ts'

/** Audio is to be back so long after a rebind, a new address, or the end of a cut. */
const BACK_MS = 3000
const HEALTHY_MS = 3000
const AFTERWARDS_MS = 8000
const ROLES: readonly Role[] = ['listener', 'broadcaster']

/** Everything that happens to a broadcaster or a listener behind home routers, each to either. */
export const faults: readonly Scenario[] = ROLES.flatMap((role) => [
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
    broadcaster: behind('port-restricted'),
    listener: behind('port-restricted'),
    elsewhere: behind('port-restricted'),
    steps,
    listenMs: AFTERWARDS_MS,
    expect: { verdict: 'heard', withinMs: 10_000, maxGapMs },
  }
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

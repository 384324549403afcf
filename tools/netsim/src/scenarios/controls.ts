import { faults } from './faults.ts'
import { ipv6 } from './ipv6.ts'
import { links } from './links.ts'
import { matrix } from './matrix.ts'
import type { Actor, Mechanism, Scenario } from './scenario.ts'

/** Each takes one mechanism out of the program, and passes when its scenario's own assertion then fails. */
export const controls: readonly Scenario[] = [
  control('matrix/port-restricted x port-restricted', 'punching', 'both', true),
  control("faults/rebind of the broadcaster's NAT", 'reachability', 'broadcaster'),
  control("faults/rebind of the listener's NAT", 'redial', 'listener'),
  control('links/5 % loss', 'repair', 'both'),
  control('ipv6/symmetric x symmetric, through a common peer', 'routing', 'helper'),
]

function control(name: string, mechanism: Mechanism, role: Actor | 'both', canary = false): Scenario {
  const scenario = [...matrix, ...links, ...ipv6, ...faults].find((each) => each.name === name)
  if (scenario === undefined) throw new Error(`no scenario is called ${name}`)
  const patience = scenario.expect.verdict === 'heard' ? { withinMs: 10_000 } : {}
  return {
    ...scenario,
    name: `controls/${name}, without ${mechanism}`,
    group: 'controls',
    canary,
    without: { mechanism, role },
    expect: { ...scenario.expect, ...patience },
  }
}

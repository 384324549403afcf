import { congestion } from './congestion.ts'
import { controls } from './controls.ts'
import { doctor } from './doctor.ts'
import { faults, outages } from './faults.ts'
import { ipv6 } from './ipv6.ts'
import { links } from './links.ts'
import { matrix } from './matrix.ts'
import type { Scenario } from './scenario.ts'

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  ...links,
  ...ipv6,
  ...matrix,
  ...faults,
  ...outages,
  ...congestion,
  ...doctor,
  ...controls,
]

/** Those whose name contains the text, or matches it as a regular expression between slashes. */
export function select(pattern: string | undefined, canary: boolean): Scenario[] {
  const matches = matcher(pattern)
  return scenarios.filter((scenario) => (!canary || scenario.canary === true) && matches(scenario.name))
}

function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  const expression = /^\/(.*)\/$/.exec(pattern)?.[1]
  if (expression === undefined) return (name) => name.includes(pattern)
  const regExp = new RegExp(expression)
  return (name) => regExp.test(name)
}

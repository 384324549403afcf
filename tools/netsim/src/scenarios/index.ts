import { NetsimError } from '../errors.ts'
import { chaos } from './chaos.ts'
import { congestion } from './congestion.ts'
import { controls } from './controls.ts'
import { doctor } from './doctor.ts'
import { faults, outages } from './faults.ts'
import { impairments } from './impairments.ts'
import { ipv6 } from './ipv6.ts'
import { links } from './links.ts'
import { matrix } from './matrix.ts'
import { relays } from './relay.ts'
import { eachPairOnce, rows } from './rows.ts'
import type { Scenario } from './scenario.ts'

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  ...links,
  ...impairments,
  ...ipv6,
  ...matrix,
  ...rows,
  ...relays,
  ...faults,
  ...outages,
  ...congestion,
  ...doctor,
  ...chaos,
  ...controls,
]

/**
 * The one of that name, or those whose name contains the text, or matches it as a regular expression between slashes;
 * throws `PATTERN_INVALID` when that is none. Several patterns must all match. Without a pattern all. No pair comes twice: a
 * row that is chosen holds its own.
 */
export function select(patterns: readonly string[], canary: boolean): Scenario[] {
  const matchers = patterns.map(matcher)
  return eachPairOnce(
    scenarios.filter(
      (scenario) =>
        (!canary || scenario.canary === true) && matchers.every((matches) => matches(scenario.name)),
    ),
  )
}

function matcher(pattern: string): (name: string) => boolean {
  if (scenarios.some(({ name }) => name === pattern)) return (name) => name === pattern
  const expression = /^\/(.*)\/$/.exec(pattern)?.[1]
  if (expression === undefined) return (name) => name.includes(pattern)
  const regExp = regularExpression(expression, pattern)
  return (name) => regExp.test(name)
}

function regularExpression(expression: string, pattern: string): RegExp {
  try {
    return new RegExp(expression)
  } catch (error) {
    const why = error instanceof Error ? error.message.split(': ').at(-1) : undefined
    throw NetsimError.patternInvalid(pattern, why?.toLowerCase() ?? 'it cannot be read')
  }
}

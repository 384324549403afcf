import type { NatType } from '../nat/types.ts'
import { behind } from './places.ts'
import type { Expectation, Scenario } from './scenario.ts'

const TYPES: readonly NatType[] = [
  'public',
  'full-cone',
  'address-restricted',
  'port-restricted',
  'symmetric-sequential',
  'symmetric-random',
  'cgnat',
]
/** An interruption begins here. */
const MAX_GAP_MS = 150
const IN_CANARY: ReadonlySet<string> = new Set([
  'public x public',
  'port-restricted x port-restricted',
  'symmetric-random x public',
])

/** Every NAT type of the broadcaster with every one of the listener; nothing else differs. */
export const matrix: readonly Scenario[] = TYPES.flatMap((broadcaster) =>
  TYPES.map((listener): Scenario => {
    const pair = `${broadcaster} x ${listener}`
    return {
      name: `matrix/${pair}`,
      group: 'matrix',
      canary: IN_CANARY.has(pair),
      broadcaster: behind(broadcaster),
      listener: behind(listener),
      expect: expectationOf(broadcaster, listener),
    }
  }),
)

function expectationOf(broadcaster: NatType, listener: NatType): Expectation {
  if (isSymmetric(broadcaster) && isSymmetric(listener))
    return { verdict: 'silent', forMs: 15_000, why: 'neither NAT shows a port that the other could send to' }
  return { verdict: 'heard', withinMs: 40_000, maxGapMs: MAX_GAP_MS }
}

function isSymmetric(type: NatType): boolean {
  return type.startsWith('symmetric')
}

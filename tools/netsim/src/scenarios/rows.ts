import type { Help } from '../oracle/oracle.ts'
import { matrix } from './matrix.ts'
import type { Other, Scenario } from './scenario.ts'

const IDS: readonly Other['id'][] = [
  'listener-2',
  'listener-3',
  'listener-4',
  'listener-5',
  'listener-6',
  'listener-7',
  'listener-8',
  'listener-9',
]

/**
 * The pairs with help, row by row: one broadcaster, and a listener of each place who comes when the one before it hears,
 * and leaves when that was seen. Each is judged as in the pair alone, and is a result by that name. Half the computing of
 * pair by pair, where each needs a lab, a DHT, a broadcaster and a relay.
 */
export const rows: readonly Scenario[] = (['relay', 'listener'] as const).flatMap((help) =>
  [...Map.groupBy(pairsWith(help), ({ pair }) => pair?.broadcaster)].flatMap(([broadcaster, row]) => {
    const [first, ...rest] = row
    if (first === undefined) return []
    const name = `rows/${broadcaster}, ${help === 'relay' ? 'a relay' : 'a reachable listener'}`
    // The others are no help: who could be reached among them carries nothing on.
    const scenario: Scenario = { ...first, name, group: 'rows', canary: false, listen: ['--relay', 'off'] }
    return [{ ...scenario, others: rest.map(otherOf) }]
  }),
)

function pairsWith(help: Help): Scenario[] {
  return matrix.filter((scenario) => isInRow(scenario) && scenario.pair?.help === help)
}

/** Played alone only when it is named: a row holds it. */
export function isInRow({ group, pair }: Scenario): boolean {
  return group === 'matrix' && pair?.help !== 'none' && pair?.lan === undefined
}

function otherOf({ name, listener, expect, pair }: Scenario, index: number): Other {
  const id = IDS[index]
  const isFit = expect.verdict === 'heard' || expect.verdict === 'error'
  if (id === undefined || pair === undefined || listener === 'same-lan' || !isFit)
    throw new Error(`${name} fits no row`)
  return { id, place: listener, expect, pair }
}

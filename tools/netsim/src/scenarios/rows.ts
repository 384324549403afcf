import type { Help, Way } from '../oracle/oracle.ts'
import { matrix } from './matrix.ts'
import { pairName, type Other, type Pair, type Scenario } from './scenario.ts'

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

const HELP: Record<Help, string> = { none: 'no help', relay: 'a relay', listener: 'a reachable listener' }

/**
 * Pairs row by row: one broadcaster, and a listener of each place who comes when the one before it hears, and leaves when
 * that was seen. Each is judged as in the pair alone, and is a result by that name. Half the computing of pair by pair,
 * where each needs a lab, a DHT and a broadcaster.
 */
export const rows: readonly Scenario[] = (['none', 'relay', 'listener'] as const).flatMap((help) =>
  [...Map.groupBy(pairsWith(help), ({ pair }) => pair?.broadcaster)].flatMap(([broadcaster, row]) => {
    const [first, ...rest] = row
    // One of them is none.
    if (first === undefined || rest.length === 0) return []
    const name = `rows/${broadcaster}, ${HELP[help]}`
    // The others are no help: who could be reached among them carries nothing on.
    const scenario: Scenario = { ...first, name, group: 'rows', canary: false, listen: ['--relay', 'off'] }
    return [{ ...scenario, others: rest.map(otherOf) }]
  }),
)

const heldByRow = new Map(rows.map((row) => [row.name, new Set(pairsOf(row).map(pairName))]))

/** Without the pairs that a row among them holds: none is played twice. */
export function eachPairOnce(chosen: readonly Scenario[]): Scenario[] {
  const held = new Set(chosen.flatMap(({ name }) => [...(heldByRow.get(name) ?? [])]))
  return chosen.filter(({ name }) => !held.has(name))
}

function pairsOf({ pair, others = [] }: Scenario): Pair[] {
  return [pair, ...others.map((other) => other.pair)].filter((each) => each !== undefined)
}

function pairsWith(help: Help): Scenario[] {
  return matrix.filter((scenario) => fitsRow(scenario) && scenario.pair?.help === help)
}

/**
 * Both in places of their own. Without help, only who needs no luck: HyperDHT lets a broadcaster try the birthday punch once
 * in 20 s, so that one such listener would wait for another; and bare hyperdht is compared pair by pair.
 */
function fitsRow({ pair, expect, bare }: Scenario): boolean {
  if (pair === undefined || pair.lan !== undefined) return false
  if (pair.help !== 'none') return true
  if (bare !== undefined || pair.broadcaster === 'udp-blocked') return false
  return expect.verdict === 'error' || (expect.verdict === 'heard' && !mayNeedLuck(expect.ways))
}

function mayNeedLuck(ways: readonly Way[] = []): boolean {
  return ways.some(({ via }) => via === 'birthday')
}

function otherOf({ name, listener, expect, pair }: Scenario, index: number): Other {
  const id = IDS[index]
  const isFit = expect.verdict === 'heard' || expect.verdict === 'error'
  if (id === undefined || pair === undefined || listener === 'same-lan' || !isFit)
    throw new Error(`${name} fits no row`)
  return { id, place: listener, expect, pair }
}

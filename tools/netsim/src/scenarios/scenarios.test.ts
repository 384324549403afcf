import { expect, test } from 'vitest'
import { NAT_TYPES } from '../nat/types.ts'
import { checkHost, topologyOf } from '../run/stage.ts'
import { build } from '../topology/plan.ts'
import { scenarios, select } from './index.ts'
import { pairName, type Scenario } from './scenario.ts'

test('names are unique', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
})

test('every scenario has a topology that can be built', () => {
  for (const scenario of scenarios) {
    const { audience, helper, others = [], relays = [] } = scenario
    const more = (helper ? 1 : 0) + others.length + relays.length + (audience?.hosts ?? 0)
    expect(build(topologyOf(scenario)).hosts.length).toBe(4 + more)
  }
})

const TYPES = Object.keys(NAT_TYPES)

test('the matrix has 49 pairs of NATs, of which the four of two symmetric ones are expected silent', () => {
  const nats = scenarios.filter(
    ({ group, pair }) =>
      group === 'matrix' &&
      pair?.help === 'none' &&
      pair.lan === undefined &&
      TYPES.includes(pair.broadcaster) &&
      TYPES.includes(pair.listener),
  )
  expect(nats).toHaveLength(49)
  expect(nats.filter(({ expect: { verdict } }) => verdict === 'silent')).toHaveLength(4)
})

test('every limit of the matrix is compared with bare hyperdht, and some pairs that it connects are', () => {
  const matrix = scenarios.filter(({ pair }) => pair?.help === 'none')
  for (const {
    bare,
    expect: { verdict },
  } of matrix)
    if (verdict === 'silent') expect(bare).toBe('fails')
  expect(matrix.filter(({ bare }) => bare === 'connects').length).toBeGreaterThan(0)
})

test('with help, theory expects every pair with UDP to be heard', () => {
  for (const help of ['relay', 'listener'])
    for (const { expect: expectation, pair } of scenarios.filter((each) => each.pair?.help === help)) {
      const isBlocked = pair?.broadcaster === 'udp-blocked' || pair?.listener === 'udp-blocked'
      expect(expectation.verdict).toBe(isBlocked ? 'error' : 'heard')
    }
})

/** Of a row, or of a pair alone. */
const judgedIn = ({ expect: expectation, listener, pair, others = [] }: Scenario): object[] => [
  { pair, expect: expectation, place: listener },
  ...others.map((other) => ({ pair: other.pair, expect: other.expect, place: other.place })),
]

test('the rows hold every pair of two places with help, as the matrix expects it, and none twice', () => {
  const withHelp = ({ pair }: Scenario): boolean => pair?.help !== 'none' && pair?.lan === undefined
  const inRows = scenarios.filter((each) => each.group === 'rows' && withHelp(each))
  const inMatrix = scenarios.filter((each) => each.group === 'matrix' && withHelp(each))
  expect(inRows.flatMap(judgedIn)).toEqual(inMatrix.flatMap(judgedIn))
})

test('without help, the rows hold the pairs that need no luck, and no limit', () => {
  const inMatrix = scenarios.filter(({ group }) => group === 'matrix').flatMap(judgedIn)
  const rows = scenarios.filter(({ group, pair }) => group === 'rows' && pair?.help === 'none')
  expect(rows.length).toBeGreaterThan(0)
  for (const judged of rows.flatMap(judgedIn)) {
    expect(inMatrix).toContainEqual(judged)
    expect(JSON.stringify(judged)).not.toMatch(/birthday|silent/)
  }
})

test('a name is chosen by its text, or by a regular expression between slashes', () => {
  expect(select(['matrix/cgnat x cgnat'], false).map(({ name }) => name)).toEqual(['matrix/cgnat x cgnat'])
  expect(select(['/^matrix.*x cgnat$/'], false)).toHaveLength(9)
  expect(select(['no such scenario'], false)).toEqual([])
  expect(select(['/^matrix/', 'x cgnat'], false).length).toBeGreaterThan(0)
  expect(select(['/^matrix/', '/^faults/'], false)).toEqual([])
  expect(() => select(['/[/'], false)).toThrow(expect.objectContaining({ code: 'PATTERN_INVALID' }))
})

test('without a pattern every pair is played once', () => {
  const pairs = select([], false).flatMap(({ others = [], pair }) => [
    pair,
    ...others.map((other) => other.pair),
  ])
  const names = pairs.flatMap((pair) => (pair === undefined ? [] : [pairName(pair)]))
  expect(new Set(names).size).toBe(names.length)
  expect(names).toHaveLength(scenarios.filter(({ group }) => group === 'matrix').length)
})

test('a pair that is named is played alone, whatever row holds it', () => {
  expect(select(['matrix/public x full-cone'], false).map(({ name }) => name)).toEqual([
    'matrix/public x full-cone',
  ])
  expect(select(['/^matrix/'], false)).toHaveLength(
    scenarios.filter(({ group }) => group === 'matrix').length,
  )
})

test('a host is one that the scenario has', () => {
  const [first] = scenarios
  if (first === undefined) throw new Error('there are no scenarios')
  for (const host of ['broadcaster', 'listener', 'dht-1', 'dht-2']) checkHost(first, host)
  expect(() => checkHost(first, 'nohost')).toThrow(expect.objectContaining({ code: 'UNKNOWN_HOST' }))
})

test('every fault is played for either role', () => {
  const faults = select(['/^faults/'], false).map(({ name }) => name)
  const of = (role: string): number => faults.filter((name) => name.includes(role)).length
  expect(of('listener')).toBe(of('broadcaster'))
})

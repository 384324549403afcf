import { expect, test } from 'vitest'
import { checkHost, topologyOf } from '../run/stage.ts'
import { build } from '../topology/plan.ts'
import { scenarios, select } from './index.ts'

test('names are unique', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
})

test('every scenario has a topology that can be built', () => {
  for (const scenario of scenarios) {
    const more = (scenario.helper ? 1 : 0) + (scenario.others?.length ?? 0)
    expect(build(topologyOf(scenario)).hosts.length).toBe(4 + more)
  }
})

test('the matrix has 49 pairs, of which the four of two symmetric NATs are expected silent', () => {
  const matrix = scenarios.filter(({ group }) => group === 'matrix')
  expect(matrix).toHaveLength(49)
  expect(matrix.filter(({ expect: { verdict } }) => verdict === 'silent')).toHaveLength(4)
})

test('a name is chosen by its text, or by a regular expression between slashes', () => {
  expect(select('matrix/cgnat x cgnat', false).map(({ name }) => name)).toEqual(['matrix/cgnat x cgnat'])
  expect(select('/^matrix.*x cgnat$/', false)).toHaveLength(7)
  expect(select('no such scenario', false)).toEqual([])
  expect(() => select('/[/', false)).toThrow(expect.objectContaining({ code: 'PATTERN_INVALID' }))
})

test('a host is one that the scenario has', () => {
  const [first] = scenarios
  if (first === undefined) throw new Error('there are no scenarios')
  for (const host of ['broadcaster', 'listener', 'dht-1', 'dht-2']) checkHost(first, host)
  expect(() => checkHost(first, 'nohost')).toThrow(expect.objectContaining({ code: 'UNKNOWN_HOST' }))
})

test('every fault is played for either role', () => {
  const faults = select('/^faults/', false).map(({ name }) => name)
  const of = (role: string): number => faults.filter((name) => name.includes(role)).length
  expect(of('listener')).toBe(of('broadcaster'))
})

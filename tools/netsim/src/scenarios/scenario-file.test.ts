import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NetsimError } from '../errors.ts'
import { whyInvalid } from '../why-invalid.ts'
import { behind } from './places.ts'
import { filePlace, parseScenarioFile, scenarioOf, type ScenarioFile } from './scenario-file.ts'

const GOOD: ScenarioFile = {
  netsim: 1,
  scenario: {
    name: 'field/a network',
    broadcaster: filePlace(behind('port-restricted')),
    listener: filePlace(behind('cgnat')),
    steps: [{ afterMs: 3000, fault: { name: 'rebind', args: ['listener'] } }],
    expect: { verdict: 'heard', withinMs: 10_000 },
  },
}

test('a file is read as it is, and can be played', () => {
  expect(parseScenarioFile(JSON.parse(JSON.stringify(GOOD)))).toEqual(GOOD)
  expect(scenarioOf(GOOD, 'field')).toMatchObject({ name: 'field/a network', group: 'field' })
})

const step = (fault: object): object => ({ steps: [{ afterMs: 1, fault }] })

test.each<[string, object]>([
  ['options of a program', { broadcast: ['--output', '/etc/passwd'] }],
  ['a mechanism to preload', { without: { mechanism: '../../evil', role: 'both' } }],
  ['a name of two lines', { name: 'a\nb' }],
  ['a fault that there is not', step({ name: 'explode', args: [] })],
  ['a fault with an address', step({ name: 'setPublicAddress', args: ['listener', '8.8.8.8'] })],
  ['a step a year later', { steps: [{ afterMs: 3e10, fault: { name: 'rebind', args: ['listener'] } }] }],
  ['a thousand steps', { steps: Array.from({ length: 1000 }, () => ({ afterMs: 0, lose: 'dht' })) }],
  ['to kill a process', { steps: [{ afterMs: 1, signal: 'SIGKILL', role: 'listener' }] }],
  [
    'an operator before the router',
    { listener: { ...GOOD.scenario.broadcaster, nats: [operator(), router()] } },
  ],
])('%s in a file is refused', (_, change) => {
  expect(() => parseScenarioFile({ ...GOOD, scenario: { ...GOOD.scenario, ...change } })).toThrow(/./)
})

test('what is wrong is said in a line, with where it is', () => {
  const listener = { ...GOOD.scenario.broadcaster, mtu: 12 }
  try {
    parseScenarioFile({ ...GOOD, scenario: { ...GOOD.scenario, listener } })
    expect.unreachable()
  } catch (error) {
    expect(whyInvalid(error)).toMatch(/^scenario\.listener\.mtu is 12, and must be at least 576$/)
    expect(whyInvalid(error)).not.toContain('\n')
  }
})

test('whatever a file holds, it is read or refused', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...Object.keys(GOOD.scenario), 'others', 'elsewhere'),
      (value, key) => {
        try {
          parseScenarioFile({ ...GOOD, scenario: { ...GOOD.scenario, [key]: value } })
        } catch (error) {
          expect(error instanceof NetsimError || (error instanceof Error && error.name === 'ValiError')).toBe(
            true,
          )
        }
      },
    ),
    { numRuns: 500 },
  )
})

function router(): object {
  return { place: 'premises', behaviour: GOOD.scenario.broadcaster.nats[0]?.behaviour }
}

function operator(): object {
  return { place: 'operator', behaviour: GOOD.scenario.broadcaster.nats[0]?.behaviour }
}

test('the example in docs/netsim.md is one', () => {
  const docs = readFileSync(new URL('../../../../docs/netsim.md', import.meta.url), 'utf8')
  const example = /```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? ''
  expect(parseScenarioFile(JSON.parse(example)).scenario.steps).toHaveLength(3)
})

import { expect, test } from 'vitest'
import { parseScenarioFile } from './scenarios/scenario-file.ts'
import { whyInvalid } from './why-invalid.ts'

const PLACE = { nats: [], link: { delayMs: 10 } }
const EXPECT = { verdict: 'heard' }
const GOOD = { name: 'x', broadcaster: PLACE, listener: PLACE, expect: EXPECT }

function told(scenario: object, netsim: unknown = 1): string {
  try {
    parseScenarioFile({ netsim, scenario })
    return 'it is good'
  } catch (error) {
    return whyInvalid(error)
  }
}

test.each([
  [{ ...GOOD, broadcaster: undefined }, 'scenario.broadcaster is undefined'],
  [{ ...GOOD, listen: 4 }, 'scenario.listen is a field that nothing is known of: leave it out'],
  [{ ...GOOD, listenMs: -1 }, 'scenario.listenMs is -1, and must be at least 0'],
  [{ ...GOOD, path: 'tcp' }, 'scenario.path is "tcp", and must be "auto" or "swarm" or "webrtc"'],
  [{ ...GOOD, steps: 4 }, 'scenario.steps is 4, and must be a list'],
  [{ ...GOOD, listener: { ...PLACE, mtu: 3 } }, 'scenario.listener.mtu is 3, and must be at least 576'],
])('what is wrong with a file is one plain line: %j', (scenario, words) => {
  expect(told(scenario)).toContain(words.replace(' is undefined', ''))
  expect(told(scenario)).not.toMatch(/Expected|received|\n/)
})

test('another version of the format, and what is no scenario at all', () => {
  expect(told(GOOD)).toBe('it is good')
  expect(told(GOOD, 2)).toBe('netsim is 2, and must be 1')
  expect(told({})).toBe('scenario.name is missing')
})

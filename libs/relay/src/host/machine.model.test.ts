import {
  driveEveryEdge,
  randomRun,
  RuleBook,
  run,
  untakenTransitions,
  type Walk,
} from '@pearcast/fsm/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostMachine } from './machine.ts'
import type { HostContext, HostEvent, HostInput } from './types.ts'

const input: HostInput = {}

const anything = (): HostEvent[] => [
  { type: 'FIT' },
  { type: 'UNFIT' },
  { type: 'FED' },
  { type: 'STARVED' },
  { type: 'EMPTY' },
  { type: 'DRAIN' },
  { type: 'STOP' },
]

const walk: Walk<HostContext, HostEvent> = {
  machine: hostMachine,
  input,
  events: ({ context, value }) => [
    ...anything(),
    ...(value === 'open' && !context.fed ? ([{ type: 'timer', id: 'starved' }] as const) : []),
    ...(value === 'draining' ? ([{ type: 'timer', id: 'drain' }] as const) : []),
  ],
  distinguish: ({ ending, fed, fit }) => [ending, fed, fit],
}

describe('the host machine', () => {
  test('has no transition that cannot be taken', () => {
    expect(untakenTransitions([walk])).toEqual([])
  })

  test('is driven as it is walked', () => {
    // The end of the drain timer stays in its state, and a second one does not run: fired once a run.
    const once = {
      ...walk,
      events: (s: Parameters<typeof walk.events>[0]) => walk.events(s).filter(({ type }) => type !== 'timer'),
    }
    expect(driveEveryEdge(once, () => run(hostMachine, input))).toBeGreaterThan(50)
  })

  test('announces only while it has places, and ends with nothing announced', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (choices) => {
        const machine = run(hostMachine, input)
        const rules = new RuleBook()
        let announced = false
        randomRun(machine, choices, anything, (_, effects) => {
          for (const { type } of effects) {
            if (type === 'announce') {
              rules.must(!announced, 'announced once')
              announced = true
            }
            if (type === 'unannounce') announced = false
          }
          const { context, value } = machine.driver.snapshot()
          rules.must(announced === (value === 'open'), 'announced while open')
          rules.must(value !== 'open' || context.fit, 'open only where it may relay')
        })
        machine.send({ type: 'STOP' })
        expect(rules.broken).toEqual([])
        expect([...machine.ledger.timers]).toEqual([])
        expect(machine.driver.done).toBe(true)
      }),
    )
  })
})

import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { lampMachine, type LampEvent, type LampInput } from './lamp.ts'
import { run } from './ledger.ts'
import { mermaidOf } from './mermaid.ts'
import { driveEveryEdge } from './model.ts'
import { untakenTransitions, type Walk } from './walk.ts'

const walkOf = (...events: LampEvent[]): Walk<LampInput, LampEvent> => ({
  machine: lampMachine,
  input: { ms: 1 },
  events: ({ value }) => [...events, ...(value === 'lit' ? ([{ type: 'timer', id: 'dim' }] as const) : [])],
  distinguish: () => 0,
})

test('a walk names the transitions that nothing takes', () => {
  expect(untakenTransitions([walkOf({ type: 'PRESS' }, { type: 'LIT', watts: 1 }, { type: 'CUT' })])).toEqual(
    [],
  )
  expect(untakenTransitions([walkOf({ type: 'PRESS' }, { type: 'LIT', watts: 1 })])).toEqual([
    'dark --CUT#1--> cut',
    'lit --CUT#3--> cut',
  ])
})

test('every way out of every state ends for the driver where it ends for the machine', () => {
  const walk = walkOf({ type: 'PRESS' }, { type: 'CUT' })
  expect(driveEveryEdge(walk, () => run(lampMachine, { ms: 1 }))).toBe(5)
})

test('a timer that nobody started is found', () => {
  const walk: Walk<LampInput, LampEvent> = { ...walkOf(), events: () => [{ type: 'timer', id: 'dim' }] }
  expect(() => driveEveryEdge(walk, () => run(lampMachine, { ms: 1 }))).toThrow('timer dim does not run')
})

test('a machine is drawn with its events, guards and ends', () => {
  expect(mermaidOf(lampMachine)).toContain('lit --> dark: PRESS, timer')
  expect(
    mermaidOf(createMachine({ initial: 'a', states: { a: { always: { target: 'b' } }, b: {} } })),
  ).toContain('a --> b: [otherwise]')
})

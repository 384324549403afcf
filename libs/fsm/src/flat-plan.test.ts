import { expect, test } from 'vitest'
import { type AnyStateMachine, raise, setup } from 'xstate'
import { planOf } from './flat-plan.ts'
import { lampMachine } from './testing/lamp.ts'

const base = setup({ actions: { light: () => {}, again: raise({ type: 'PRESS' }) } })
const plain = setup({ actions: { light: () => {} } })
const context = (): object => ({})

const machines: Readonly<Record<string, AnyStateMachine>> = {
  'states in states': plain.createMachine({
    context,
    initial: 'on',
    states: { on: { initial: 'bright', states: { bright: {}, dim: {} } } },
  }),
  'states at once': plain.createMachine({ context, type: 'parallel', states: { here: {}, there: {} } }),
  'something to do on entry': plain.createMachine({
    context,
    initial: 'on',
    states: { on: { entry: 'light' } },
  }),
  'a transition without an event': plain.createMachine({
    context,
    initial: 'on',
    states: { on: { always: { target: 'off' } }, off: {} },
  }),
  'a transition after a time': plain.createMachine({
    context,
    initial: 'on',
    states: { on: { after: { 100: { target: 'off' } } }, off: {} },
  }),
  'any event': plain.createMachine({
    context,
    initial: 'on',
    states: { on: { on: { '*': { actions: 'light' } } } },
  }),
  'an action that is no effect': base.createMachine({ context, initial: 'on', states: { on: {} } }),
  'an action without a name': plain.createMachine({
    context,
    initial: 'on',
    states: { on: { on: { PRESS: { actions: () => {} } } } },
  }),
}

test.each(Object.entries(machines))('a machine with %s is left to xstate', (_, machine) => {
  expect(planOf(machine)).toBeUndefined()
})

test('a machine of plain states is read: its branches, its ends, and what its actions are made of', () => {
  const plan = planOf(lampMachine)
  expect(plan?.initial).toBe('dark')
  expect([...(plan?.finals ?? [])]).toEqual(['cut'])
  expect(plan?.branches.get('lit')?.get('timer')).toEqual([
    { guard: undefined, actions: ['darken'], target: 'dark' },
  ])
  expect([...(plan?.collects.keys() ?? [])]).toEqual(['startTimer', 'meterIt'])
})

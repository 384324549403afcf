import { describe, expect, test } from 'vitest'
import { createDriver, type MachineDriver } from './driver.ts'
import { reconnectMachine } from './reconnect/machine.ts'
import type {
  ReconnectContext,
  ReconnectEffect,
  ReconnectEvent,
  ReconnectInput,
  ReconnectState,
} from './reconnect/types.ts'

type Driver = MachineDriver<ReconnectContext, ReconnectEvent, ReconnectState, ReconnectInput, ReconnectEffect>

/** A driver whose adapter answers effects at once, from within `perform`. */
const drive = (answer: (effect: ReconnectEffect, driver: Driver) => void) => {
  const performed: ReconnectEffect[] = []
  const driver: Driver = createDriver(reconnectMachine, {}, (effect) => {
    performed.push(effect)
    answer(effect, driver)
  })
  return { driver, performed }
}

describe('the driver', () => {
  test('takes an event from within an effect after the effects before it', () => {
    const { driver, performed } = drive((effect, self) => {
      if (effect.type === 'start-discovery') self.send({ type: 'CANDIDATE', key: 'aa', source: 'topic' })
      if (effect.type === 'dial') self.send({ type: 'ATTEMPT_PROVEN', attempt: effect.attempt, key: 'aa' })
    })
    driver.send({ type: 'START' })
    expect(performed.map(({ type }) => type)).toEqual([
      'start-discovery',
      'notify',
      'start-timer',
      'dial',
      'start-timer',
      'adopt',
      'stop-discovery',
      'stop-timer',
    ])
    expect(driver.snapshot().value).toBe('linked')
  })

  test('has changed its state before the effects are performed', () => {
    const states: unknown[] = []
    const { driver } = drive((_, self) => states.push(self.snapshot().value))
    driver.send({ type: 'START' })
    expect(new Set(states)).toEqual(new Set(['searching']))
  })

  test('drops the end of a timer that was stopped or has already ended', () => {
    const { driver, performed } = drive(() => {})
    driver.send({ type: 'START' })
    driver.send({ type: 'DISCOVERY_DONE', found: 0 })
    driver.send({ type: 'timer', id: 'discovery' })
    const before = performed.length
    driver.send({ type: 'timer', id: 'discovery' })
    driver.send({ type: 'NETWORK_CHANGED' })
    driver.send({ type: 'STOP' })
    driver.send({ type: 'timer', id: 'stagger' })
    expect(performed.slice(before).filter(({ type }) => type === 'start-discovery')).toHaveLength(1)
  })

  test('ignores every event after the final state', () => {
    const { driver, performed } = drive(() => {})
    driver.send({ type: 'STOP' })
    expect(driver.done).toBe(true)
    driver.send({ type: 'START' })
    expect(performed).toEqual([])
    expect(driver.snapshot().value).toBe('stopped')
  })

  test('performs the remaining effects when one throws, then says so', () => {
    const { driver, performed } = drive((effect) => {
      if (effect.type === 'start-discovery') throw new Error('no socket')
    })
    expect(() => driver.send({ type: 'START' })).toThrow('no socket')
    expect(performed.map(({ type }) => type)).toEqual(['start-discovery', 'notify', 'start-timer'])
    driver.send({ type: 'STOP' })
    expect(driver.done).toBe(true)
  })
})

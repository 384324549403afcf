import { describe, expect, test } from 'vitest'
import { createDriver, type MachineDriver } from './driver.ts'
import {
  type LampEffect,
  type LampEvent,
  type LampInput,
  lampMachine,
  type LampState,
} from './testing/lamp.ts'

type Driver = MachineDriver<LampInput, LampEvent, LampState>

/** A driver whose adapter answers effects at once, from within `perform`. */
const drive = (answer: (effect: LampEffect, driver: Driver) => void) => {
  const performed: LampEffect[] = []
  const driver: Driver = createDriver(lampMachine, { ms: 1000 }, (effect) => {
    performed.push(effect)
    answer(effect, driver)
  })
  return { driver, performed, types: () => performed.map(({ type }) => type) }
}

describe('the driver', () => {
  test('takes an event from within an effect after the effects before it', () => {
    const { driver, performed } = drive((effect, self) => {
      if (effect.type === 'light') self.send({ type: 'LIT', watts: 5 })
    })
    driver.send({ type: 'PRESS' })
    expect(performed).toEqual([
      { type: 'light' },
      { type: 'start-timer', id: 'dim', ms: 1000 },
      { type: 'meter', watts: 5 },
    ])
  })

  test('has changed its state before the effects are performed', () => {
    const states: unknown[] = []
    const { driver } = drive((_, self) => states.push(self.snapshot().value))
    driver.send({ type: 'PRESS' })
    expect(states).toEqual(['lit', 'lit'])
  })

  test('drops the end of a timer that was stopped or has already ended', () => {
    const { driver, types } = drive(() => {})
    driver.send({ type: 'PRESS' })
    driver.send({ type: 'PRESS' })
    driver.send({ type: 'timer', id: 'dim' })
    driver.send({ type: 'PRESS' })
    driver.send({ type: 'timer', id: 'dim' })
    driver.send({ type: 'PRESS' })
    driver.send({ type: 'CUT' })
    driver.send({ type: 'timer', id: 'dim' })
    expect(types().filter((type) => type === 'darken')).toHaveLength(3)
  })

  test('ignores every event after the final state', () => {
    const { driver, performed } = drive(() => {})
    driver.send({ type: 'CUT' })
    expect(driver.done).toBe(true)
    driver.send({ type: 'PRESS' })
    expect(performed).toEqual([])
    expect(driver.snapshot().value).toBe('cut')
  })

  test('performs the remaining effects when one throws, then says so', () => {
    const { driver, types } = drive((effect) => {
      if (effect.type === 'light') throw new Error('no bulb')
    })
    expect(() => driver.send({ type: 'PRESS' })).toThrow('no bulb')
    expect(types()).toEqual(['light', 'start-timer'])
    driver.send({ type: 'CUT' })
    expect(driver.done).toBe(true)
  })
})

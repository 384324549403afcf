import { run } from '@pearcast/fsm/testing'
import { describe, expect, test } from 'vitest'
import { type HelperView, shouldHelp } from './help-policy.ts'
import { isHopelessDial } from './hopeless.ts'
import { routingMachine } from './machine.ts'

const start = () => run(routingMachine, {})
const seeking = (): ReturnType<typeof start> => {
  const machine = start()
  machine.send({ type: 'HOPELESS' })
  machine.send({ type: 'WANTED' })
  return machine
}

describe('a peer in between', () => {
  test('is looked for when direct dials have had their time', () => {
    const machine = run(routingMachine, {})
    expect(machine.send({ type: 'WANTED' })).toEqual([{ type: 'start-timer', id: 'patience', ms: 1500 }])
    expect(machine.send({ type: 'timer', id: 'patience' })).toContainEqual({ type: 'find-helpers' })
  })

  test('is looked for at once when a dial has shown that it is in vain', () => {
    const machine = run(routingMachine, {})
    machine.send({ type: 'WANTED' })
    expect(machine.send({ type: 'HOPELESS' })).toEqual([
      { type: 'stop-timer', id: 'patience' },
      { type: 'find-helpers' },
    ])
  })

  test('is not looked for when a dial succeeds in time', () => {
    const machine = run(routingMachine, {})
    machine.send({ type: 'WANTED' })
    expect(machine.send({ type: 'SATISFIED', direct: true })).toEqual([
      { type: 'stop-timer', id: 'patience' },
    ])
    expect([...machine.ledger.timers]).toEqual([])
  })

  test('two are tried at a time, the next when one has failed', () => {
    const machine = seeking()
    expect(machine.send({ type: 'HELPER', key: 'aa' })).toEqual([
      { type: 'try-helper', attempt: 1, key: 'aa' },
    ])
    expect(machine.send({ type: 'HELPER', key: 'bb' })).toEqual([
      { type: 'try-helper', attempt: 2, key: 'bb' },
    ])
    expect(machine.send({ type: 'HELPER', key: 'cc' })).toEqual([])
    expect(machine.send({ type: 'HELPER', key: 'aa' })).toEqual([])
    expect(machine.send({ type: 'ATTEMPT_FAILED', attempt: 1 })).toEqual([
      { type: 'try-helper', attempt: 3, key: 'cc' },
    ])
  })

  test('who failed is tried again after the next search, which waits longer each time', () => {
    const machine = seeking()
    machine.send({ type: 'HELPER', key: 'aa' })
    machine.send({ type: 'ATTEMPT_FAILED', attempt: 1 })
    expect(machine.send({ type: 'SEARCH_DONE' })).toEqual([{ type: 'start-timer', id: 'rest', ms: 1000 }])
    expect(machine.send({ type: 'timer', id: 'rest' })).toEqual([
      { type: 'find-helpers' },
      { type: 'try-helper', attempt: 2, key: 'aa' },
    ])
    expect(machine.send({ type: 'SEARCH_DONE' })).toEqual([{ type: 'start-timer', id: 'rest', ms: 2000 }])
  })

  test('that leads to the station ends the search, and is thought of at once when a connection came of it', () => {
    const machine = seeking()
    machine.send({ type: 'HELPER', key: 'aa' })
    machine.send({ type: 'HELPER', key: 'bb' })
    expect(machine.send({ type: 'ATTEMPT_PROVEN', attempt: 2 })).toEqual([
      { type: 'take-route', attempt: 2 },
      { type: 'abandon', attempt: 1 },
      { type: 'stop-finding' },
    ])
    machine.send({ type: 'SATISFIED', direct: false })
    expect(machine.send({ type: 'WANTED' })).toEqual(expect.arrayContaining([{ type: 'find-helpers' }]))
  })

  test('that leads to the station, and to no connection, is let rest while dials go on', () => {
    const machine = seeking()
    machine.send({ type: 'HELPER', key: 'aa' })
    machine.send({ type: 'ATTEMPT_PROVEN', attempt: 1 })
    expect(machine.send({ type: 'ROUTE_LOST' })).toEqual([{ type: 'start-timer', id: 'vain', ms: 60_000 }])
    expect(machine.send({ type: 'WANTED' })).toEqual([])
    expect(machine.send({ type: 'timer', id: 'vain' })).toContainEqual({ type: 'find-helpers' })
  })

  test('is a second choice again once a dial has succeeded', () => {
    const machine = seeking()
    machine.send({ type: 'SATISFIED', direct: true })
    expect(machine.send({ type: 'WANTED' })).toEqual([{ type: 'start-timer', id: 'patience', ms: 1500 }])
  })

  test('a flood of them leaves those not yet tried their chance', () => {
    const machine = seeking()
    for (let i = 0; i < 1000; i++) machine.send({ type: 'HELPER', key: String(i) })
    const { helpers } = machine.driver.snapshot().context
    expect(helpers).toHaveLength(32)
    expect(helpers.filter(({ tried }) => !tried).length).toBeGreaterThanOrEqual(30)
  })
})

describe('a dial', () => {
  test.each([
    ['HOLEPUNCH_ABORTED', true],
    ['HOLEPUNCH_DOUBLE_RANDOMIZED_NATS', true],
    ['PEER_NOT_FOUND', false],
    ['TIMEOUT', false],
    ['IMPOSTOR', false],
  ])('that ends with %s: hopeless %s', (code, hopeless) => {
    expect(isHopelessDial(code)).toBe(hopeless)
  })
})

describe('a listener helps others', () => {
  const view: HelperView = { natClass: 'open', linked: true, announced: 0 }

  test.each<[string, Partial<HelperView>, boolean]>([
    ['at a public address', {}, true],
    ['behind a NAT that is punched easily, when nobody else does', { natClass: 'consistent' }, true],
    ['behind such a NAT, when others do', { natClass: 'consistent', announced: 2 }, false],
    ['behind a NAT that maps at random', { natClass: 'random' }, false],
    ['without knowing its NAT', { natClass: 'unknown' }, false],
    ['that hears the station through others', { linked: false }, false],
    ['when there are plenty', { announced: 16 }, false],
  ])('%s: %s', (_, change, helps) => {
    expect(shouldHelp({ ...view, ...change })).toBe(helps)
  })
})

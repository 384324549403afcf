import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseScenarioFile } from '../scenarios/scenario-file.ts'
import { heal, type ChaosStep } from './events.ts'
import { chaosOf, fileOf } from './generate.ts'
import { shrink } from './shrink.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 31 })

describe('chaos of a seed', () => {
  test('is the same each time, and a file that can be played', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const chaos = chaosOf(seed)
        expect(chaosOf(seed)).toEqual(chaos)
        expect(chaos.events.length).toBeGreaterThanOrEqual(2)
        const file = fileOf(chaos, chaos.events)
        expect(parseScenarioFile(JSON.parse(JSON.stringify(file)))).toEqual(file)
      }),
      { numRuns: 200 },
    )
  })

  test('has every kind of event and every number of listeners among a hundred seeds', () => {
    const all = Array.from({ length: 100 }, (_, seed) => chaosOf(seed))
    const kinds = all.flatMap(({ events }) =>
      events.map((event) =>
        'fault' in event ? event.fault.name : 'signal' in event ? event.signal : 'lose',
      ),
    )
    expect(new Set(kinds)).toEqual(
      new Set(['rebind', 'setPublicAddress', 'roam', 'cut', 'setLink', 'SIGSTOP', 'SIGCONT']),
    )
    expect(new Set(all.map(({ scenario }) => scenario.others?.length))).toEqual(new Set([0, 1, 2]))
  })
})

test('healing mends what is still broken, once, and waits before it', () => {
  const events: ChaosStep[] = [
    { afterMs: 5, fault: { name: 'cut', args: ['listener', 'in', true] } },
    { afterMs: 5, fault: { name: 'cut', args: ['broadcaster', 'both', true] } },
    { afterMs: 5, fault: { name: 'cut', args: ['broadcaster', 'both', false] } },
    { afterMs: 5, fault: { name: 'setLink', args: ['listener', { delayMs: 400 }] } },
    { afterMs: 5, signal: 'SIGSTOP', role: 'listener-2' },
    { afterMs: 5, fault: { name: 'rebind', args: ['listener'] } },
  ]
  expect(heal(events, () => ({ delayMs: 10 }))).toEqual([
    { afterMs: 2000, fault: { name: 'cut', args: ['listener', 'both', false] } },
    { afterMs: 0, fault: { name: 'setLink', args: ['listener', { delayMs: 10 }] } },
    { afterMs: 0, signal: 'SIGCONT', role: 'listener-2' },
  ])
})

describe('shrinking', () => {
  const events = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 10 })

  test('leaves exactly what it takes to fail, in order', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 3 }), async (all, count) => {
        const culprits = all.filter((_, i) => i % 3 === 0).slice(0, count)
        const fails = (some: readonly number[]): Promise<boolean> =>
          Promise.resolve(culprits.every((each) => some.includes(each)))
        expect(await shrink(all, fails, Infinity)).toEqual(culprits)
      }),
    )
  })

  test('that fails without any event ends with none', async () => {
    expect(await shrink([1, 2, 3], () => Promise.resolve(true))).toEqual([])
  })

  test('ends after so many plays with what it has', async () => {
    let plays = 0
    const left = await shrink([1, 2, 3, 4], () => Promise.resolve(++plays > 100), 3)
    expect(left).toEqual([1, 2, 3, 4])
    expect(plays).toBe(3)
  })
})

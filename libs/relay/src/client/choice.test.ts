import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, Candidates } from './candidates.ts'
import { bestParent, type Standpoint } from './rank.ts'
import { Upgrade } from './upgrade.ts'

const candidate = (key: string, changes: Partial<Candidate> = {}): Candidate => ({
  key,
  source: 'referral',
  isAnnounced: false,
  depth: 1,
  freeSlots: 2,
  saidMs: 0,
  rttMs: 40,
  prefix: undefined,
  ancestors: undefined,
  loss: 0,
  failures: 0,
  emptyClaims: 0,
  refusals: 0,
  notBeforeMs: 0,
  toldMs: 0,
  slowUntilMs: 0,
  order: undefined,
  hint: undefined,
  ...changes,
})
const from: Standpoint = { self: 'us', depth: 3, slots: 0, announced: 0 }
const best = (
  all: readonly Candidate[],
  at: Standpoint = from,
  role: 'first' | 'second' = 'first',
): string | undefined =>
  bestParent(
    all.map((each) => ({ ...each })),
    at,
    role,
    () => true,
  )?.key

describe('the best parent', () => {
  const plain = candidate('plain')

  test.each([
    ['a shorter way', { depth: 0 }, { depth: 4 }],
    ['a shorter round trip', { rttMs: 10 }, { rttMs: 200 }],
    ['less loss', {}, { loss: 0.05 }],
    ['room', {}, { freeSlots: 0 }],
    ['a better record', {}, { failures: 2 }],
  ])('is the one with %s', (_, good, bad) => {
    expect(best([candidate('bad', bad), candidate('good', good)])).toBe('good')
    expect(best([candidate('good', good), candidate('bad', bad)])).toBe('good')
  })

  test('is never ourselves, nor fed by us, nor too deep for us', () => {
    expect(best([candidate('us'), candidate('ours', { ancestors: ['root', 'us'] })])).toBeUndefined()
    expect(best([candidate('deep', { depth: 16 })])).toBeUndefined()
  })

  test('of a second one does not hang on the first', () => {
    const primary = { key: 'primary', ancestors: ['root', 'hub'], prefix: 'net' }
    const at = { ...from, primary }
    const behind = candidate('behind', { ancestors: ['root', 'primary'], depth: 0 })
    const beside = candidate('beside', { ancestors: ['root', 'hub'] })
    const apart = candidate('apart', { ancestors: ['root', 'other'] })
    const neighbour = candidate('neighbour', { ancestors: ['root', 'other'], prefix: 'net' })
    expect(best([behind, beside, neighbour, apart], at, 'second')).toBe('apart')
    expect(best([behind, beside], at, 'second')).toBe('beside')
  })

  test('is a helper that says it has room, not the station, where many stand on the topic', () => {
    const station = candidate('station', { source: 'record', depth: 0 })
    const helper = candidate('helper', { source: 'topic', depth: undefined })
    const who = Array.from({ length: 200 }, (_, i) => {
      return [8, 2].map((announced) => best([station, helper], { ...from, self: `peer ${i}`, announced }))
    })
    const asks = who.filter(([crowded]) => crowded === 'station').length
    expect(asks).toBeGreaterThan(2)
    expect(asks).toBeLessThan(30)
    expect(who.every(([, quiet]) => quiet === 'station')).toBe(true)
  })

  test('of equals is another one for everybody', () => {
    const equals = Array.from({ length: 8 }, (_, i) => candidate(`${i}${'0'.repeat(15)}`))
    const chosen = new Set(Array.from({ length: 64 }, (_, i) => best(equals, { ...from, self: `peer ${i}` })))
    expect(chosen.size).toBeGreaterThan(5)
    expect(best(equals.toReversed())).toBe(best(equals))
    expect(best([plain])).toBe('plain')
  })
})

describe('candidates', () => {
  test('stay few, whatever a topic names, and those of the record stay', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 500 }), (keys) => {
        const known = new Candidates(() => false)
        known.learn({ key: 'from the record', source: 'record' }, 0)
        for (const key of keys) known.learn({ key, source: 'topic' }, 0)
        expect(known.size).toBeLessThanOrEqual(128)
        expect(known.get('from the record')).toBeDefined()
      }),
    )
  })

  test('rest after a failure, twice as long each time up to four seconds', () => {
    const known = new Candidates(() => false)
    known.learn({ key: 'a', source: 'referral' }, 0)
    const rests = Array.from({ length: 7 }, () => {
      known.failed('a', 0)
      return known.get('a')?.notBeforeMs
    })
    expect(rests).toEqual([1000, 2000, 4000, 4000, 4000, 4000, 4000])
    known.worked('a')
    expect(known.get('a')).toMatchObject({ failures: 0, notBeforeMs: 0 })
  })

  test.each([
    ['full', [1000, 2000, 4000, 8000, 8000]],
    ['not-on-air', [1000, 1000, 1000, 1000, 2000, 2000, 2000, 2000, 4000]],
  ] as const)('rest after a refusal for being %s', (reason, rests) => {
    const known = new Candidates(() => false)
    known.learn({ key: 'a', source: 'referral' }, 0)
    const rested = rests.map(() => {
      known.full('a', reason, 1000, 0)
      return known.get('a')?.notBeforeMs
    })
    expect(rested).toEqual(rests)
  })

  test('that advertise room and never have any are called liars the third time', () => {
    const known = new Candidates(() => false)
    const verdicts = [1, 2, 3].map(() => {
      known.learn({ key: 'a', source: 'topic', freeSlots: 9 }, 0)
      return known.full('a', 'full', 1000, 100)
    })
    expect(verdicts).toEqual([false, false, true])
  })

  test('are news when they are new, or have room again', () => {
    const known = new Candidates(() => false)
    expect(known.learn({ key: 'a', source: 'topic' }, 0)).toBe(true)
    expect(known.learn({ key: 'a', source: 'topic', freeSlots: 1 }, 0)).toBe(false)
    known.full('a', 'full', 500, 0)
    expect(known.learn({ key: 'a', source: 'referral', freeSlots: 1 }, 100)).toBe(false)
    known.full('a', 'full', 500, 100)
    expect(known.learn({ key: 'a', source: 'referral', freeSlots: 1 }, 600)).toBe(true)
  })
})

describe('moving up', () => {
  test('takes somebody who is clearly better for ten seconds', () => {
    const upgrade = new Upgrade()
    const at = (ms: number, cost = 50): boolean => upgrade.consider('a', cost, 100, ms)
    expect([at(0), at(5000), at(9999), at(10_000)]).toEqual([false, false, false, true])
  })

  test('is begun anew by a doubt or another name, and rests a minute after a move', () => {
    const upgrade = new Upgrade()
    upgrade.consider('a', 50, 100, 0)
    expect(upgrade.consider('a', 90, 100, 9000)).toBe(false)
    expect(upgrade.consider('a', 50, 100, 10_000)).toBe(false)
    expect(upgrade.consider('b', 50, 100, 19_000)).toBe(false)
    expect(upgrade.consider('b', 50, 100, 29_000)).toBe(true)
    upgrade.moved({ climbs: false, wanted: true }, 29_000)
    upgrade.consider('c', 50, 100, 30_000)
    expect([50_000, 88_999, 89_000].map((ms) => upgrade.consider('c', 50, 100, ms))).toEqual([
      false,
      false,
      true,
    ])
  })

  test('asks whom a refusal names at once, three of them, and then rests', () => {
    const upgrade = new Upgrade()
    const climb = (key: string, isNamed: boolean, ms: number): boolean =>
      upgrade.consider(key, 0, 100, ms, { isDeep: false, isNamed })
    expect(climb('halfway', false, 0)).toBe(true)
    expect(upgrade.refused('somebody else', 500)).toBe(false)
    expect(upgrade.refused('halfway', 500)).toBe(true)
    expect(climb('a', true, 600)).toBe(true)
    expect(upgrade.refused('a', 1100)).toBe(true)
    expect(climb('b', true, 1200)).toBe(true)
    expect(upgrade.refused('b', 1700)).toBe(true)
    expect(climb('c', true, 1800)).toBe(true)
    expect(upgrade.refused('c', 2300)).toBe(false)
    expect([climb('d', true, 2400), climb('d', true, 11_800)]).toEqual([false, true])
  })
})

import { describe, expect, test } from 'vitest'
import { behind } from '../scenarios/places.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { judgeAudience, type AudienceOutcome } from './audience.ts'
import { judgeBare } from './bare.ts'
import type { HoldUps } from './hold-up.ts'
import { judgeTree, type TreeOutcome } from './tree.ts'

const CALM: HoldUps = { worstMs: 0, totalMs: 0, startMs: 0, long: 0, excuseMs: () => 0 }
const place = behind('public')
const scenario: Scenario = {
  name: 'x',
  group: 'relay',
  broadcaster: place,
  listener: place,
  expect: { verdict: 'heard' },
}

describe('bare hyperdht', () => {
  const aborted = { HOLEPUNCH_ABORTED: 17 }

  test('shows a limit by failing, and a comparison by connecting', () => {
    expect(judgeBare('fails', { echoMs: undefined, failures: aborted })).toEqual([])
    expect(judgeBare('connects', { echoMs: 800, failures: aborted })).toEqual([])
    expect(judgeBare(undefined, undefined)).toEqual([])
  })

  test('that connects where pearCast may not be heard makes that no limit', () => {
    expect(judgeBare('fails', { echoMs: 800, failures: {} })).toEqual([expect.stringContaining('no limit')])
  })

  test('that tried nothing, or was not there, shows nothing', () => {
    expect(judgeBare('fails', { echoMs: undefined, failures: {} })).toHaveLength(1)
    expect(judgeBare('fails', undefined)).toHaveLength(1)
    expect(judgeBare('connects', { echoMs: undefined, failures: aborted })).toEqual([
      'bare hyperdht did not connect: HOLEPUNCH_ABORTED 17 x',
    ])
  })
})

describe('an audience', () => {
  const crowd: Scenario = {
    ...scenario,
    audience: { hosts: 1, each: 3, place, withinMs: 1000, maxGapMs: 400 },
  }
  const all: AudienceOutcome = { listeners: 3, firstSoundMs: [500, 600, 1000], gapsMs: [400], playing: 3 }

  test('is well when all hear it in time and go on', () => {
    expect(judgeAudience(crowd, all, CALM)).toEqual([])
    expect(judgeAudience(scenario, undefined, CALM)).toEqual([])
  })

  test.each<[Partial<AudienceOutcome> | undefined, string]>([
    [{ firstSoundMs: [500, 600] }, '2 of 3 heard it'],
    [{ firstSoundMs: [500, 600, 1001] }, '2 of 3 heard it'],
    [{ playing: 2 }, '2 of 3 play at the end'],
    [{ gapsMs: [20, 401] }, 'a gap of 401 ms'],
    [undefined, 'did not come'],
  ])('%j is not', (changes, problem) => {
    const outcome = changes && { ...all, ...changes }
    expect(judgeAudience(crowd, outcome, CALM).join()).toContain(problem)
  })
})

test('an audience that leaves is not missed, and a machine that it holds up excuses nothing', () => {
  const brief: Scenario = {
    ...scenario,
    audience: { hosts: 1, each: 1, place, withinMs: 1000, staysMs: 2000 },
  }
  const outcome: AudienceOutcome = { listeners: 1, firstSoundMs: [900], gapsMs: [], playing: 0 }
  expect(judgeAudience(brief, outcome, CALM)).toEqual([])
  const held = { ...CALM, excuseMs: () => 5000 }
  expect(judgeAudience(brief, { ...outcome, firstSoundMs: [1100] }, held)).toHaveLength(1)
})

describe('a tree', () => {
  const strict: Scenario = {
    ...scenario,
    relays: [{ id: 'relay-1', place }],
    expect: { verdict: 'heard', maxHopMs: 2, maxMoves: 1 },
  }
  const good: TreeOutcome = { moves: ['x'], hops: { 'relay-1': { frames: 200, p50Ms: 0.5, p95Ms: 2 } } }

  test('may move so often, and keep a frame for so long', () => {
    expect(judgeTree(strict, good, CALM)).toEqual([])
    expect(judgeTree(strict, { ...good, moves: ['x', 'y'] }, CALM)).toEqual(['2 moves, more than 1: x, y'])
    const slow = { 'relay-1': { frames: 200, p50Ms: 0.5, p95Ms: 2.1 } }
    expect(judgeTree(strict, { ...good, hops: slow }, CALM).join()).toContain('keeps a frame for 2.1 ms')
  })

  test('whose frames nobody saw pass is not well', () => {
    expect(judgeTree(strict, { moves: [] }, CALM)).toEqual(['no frame was seen to pass relay-1'])
  })

  test('is excused for a machine that stood still for more than one frame in twenty, not for less', () => {
    const hops = { 'relay-1': { frames: 200, p50Ms: 0.5, p95Ms: 40 } }
    expect(judgeTree(strict, { ...good, hops }, { ...CALM, worstMs: 60, totalMs: 300 })).toEqual([])
    expect(judgeTree(strict, { ...good, hops }, { ...CALM, worstMs: 60, totalMs: 150 })).toHaveLength(1)
  })
})

import { expect, test } from 'vitest'
import type { Pair } from '../scenarios/scenario.ts'
import { playedResult } from '../testing/played.ts'
import { aimsOf, aimText } from './aims.ts'
import type { Result } from './run-scenario.ts'

const PAIR: Pair = { broadcaster: 'symmetric-random', listener: 'cgnat', help: 'relay' }

function played(firstSoundMs: number, startMs = 0, pair: Pair = PAIR): Result {
  const held = { worstMs: startMs, totalMs: startMs, startMs, long: 0, excuseMs: () => 0 }
  return playedResult(firstSoundMs, { group: 'matrix', pair, held })
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}

test('one slow play in twenty-one is no failure, two are one', () => {
  expect(aimsOf([...times(20, () => played(2900)), played(9000)])).toMatchObject([
    { name: 'first sound, one relay, p95', measuredMs: 2900, plays: 21, passed: true },
  ])
  expect(aimsOf([...times(19, () => played(2900)), played(9000), played(9000)])).toMatchObject([
    { measuredMs: 9000, passed: false },
  ])
})

test('what the machine held up before the first sound does not count, and is told', () => {
  const [aim] = aimsOf(times(20, () => played(4000, 1500)))
  expect(aim).toMatchObject({ measuredMs: 4000, excusedMs: 2500, passed: true })
  expect(aim && aimText(aim)).toContain('4000 ms (2500 ms without')
})

test('few plays prove nothing, and plays without a pair are not counted', () => {
  expect(aimsOf(times(5, () => played(9000)))).toMatchObject([{ measuredMs: null, passed: true }])
  const { pair: _, ...other } = played(9000)
  expect(aimsOf(times(30, () => other))).toEqual([])
})

test('NATs that show everybody the same port have aims of their own', () => {
  const easy = times(20, () => played(1500, 0, { broadcaster: 'public', listener: 'cgnat', help: 'none' }))
  expect(aimsOf(easy)).toMatchObject([
    { name: 'first sound, easy NATs, p50', passed: false },
    { name: 'first sound, easy NATs, p95', passed: true },
  ])
})

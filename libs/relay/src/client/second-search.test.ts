import { expect, test } from 'vitest'
import { SecondSearch } from './second-search.ts'

/** Of so many tries in a row the ones at which others are looked for, and those at which it rests. */
function played(tries: number): { searches: number[]; rests: number[]; search: SecondSearch } {
  const searches: number[] = []
  let at = 0
  const search = new SecondSearch(() => void searches.push(at))
  const rests: number[] = []
  for (; at < tries; at++) if (search.rests()) rests.push(at)
  return { searches, rests, search }
}

test('a search that finds nobody rests after six tries, and looks others up before the second and when it rests', () => {
  const { rests, searches } = played(14)
  expect(rests).toEqual([6, 13])
  expect(searches).toEqual([1, 6, 8, 13])
})

test('each rest is twice as long as the one before it, until somebody is found', () => {
  const { search } = played(7)
  expect(search.restFactor).toBe(1)
  expect(played(14).search.restFactor).toBe(2)
  expect(played(700).search.restFactor).toBe(16)
  search.found()
  expect(search.restFactor).toBe(0.5)
})

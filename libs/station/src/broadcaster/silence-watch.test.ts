import { expect, test } from 'vitest'
import { SilenceWatch } from './silence-watch.ts'

/** One level a second. */
function watch(levels: (number[] | null)[]): (string | undefined)[] {
  const silence = new SilenceWatch()
  return levels.map((rmsDb) => {
    const change = silence.add(rmsDb, 1000)
    return change && `${change.state} ${change.ms}`
  })
}

const silent = (seconds: number): number[][] => Array.from({ length: seconds }, () => [-90, -61])

test('ten seconds without sound are told once, and how long it was in the end', () => {
  const told = watch([...silent(15), [-90, -30], [-20, -30], ...silent(10)])
  expect(told.filter((each) => each !== undefined)).toEqual(['begins 10000', 'ends 15000', 'begins 10000'])
  expect(told[9]).toBe('begins 10000')
})

test('a pause in speech is no silence, nor is one quiet channel', () => {
  expect(new Set(watch([...silent(9), [-20, -20], ...silent(9)]))).toEqual(new Set([undefined]))
  expect(new Set(watch(Array.from({ length: 30 }, () => [-100, -25])))).toEqual(new Set([undefined]))
})

test('a stall is told as that: it neither begins nor ends a silence', () => {
  const told = watch([...silent(6), null, null, ...silent(4)])
  expect(told.at(-1)).toBe('begins 10000')
})

import { expect, test } from 'vitest'
import { baselineOf, compare, parseBaseline } from './baseline.ts'
import { parseReport, type Report } from './run-data.ts'

test('what was stored is read back, and is no regression of itself', () => {
  const report = reportOf(6)
  const stored = parseBaseline(JSON.parse(JSON.stringify(baselineOf(report))))
  expect(compare(report, stored)).toMatchObject({ compared: 6, regressions: [] })
})

test('what passed and fails now is a regression; what failed before is none', () => {
  const then = baselineOf(reportOf(2, { 1: { passed: false } }))
  const now = reportOf(2, { 0: { passed: false }, 1: { passed: false } })
  expect(compare(now, then).regressions).toEqual([{ where: 'links/0', text: 'passed, and fails now' }])
})

test('one run may take twice as long, and half a second; no more, unless the machine was held up', () => {
  const then = baselineOf(reportOf(1))
  const slow = (firstSoundMs: number, totalMs = 0): Report =>
    reportOf(1, { 0: { heard: { ...HEARD, firstSoundMs }, held: { worstMs: totalMs, totalMs } } })
  expect(compare(slow(1700), then).regressions).toEqual([])
  expect(compare(slow(1701), then).regressions).toEqual([
    { where: 'links/0', text: 'first sound 1701 ms, was 600 ms' },
  ])
  expect(compare(slow(1701, 300), then).regressions).toEqual([])
})

test('the figures nearest to their limit come first, those above it are marked, and what got better is left out', () => {
  const heard = (firstSoundMs: number): object => ({ heard: { ...HEARD, firstSoundMs } })
  const now = reportOf(4, { 0: heard(900), 1: heard(1701), 2: heard(100), 3: heard(1200) })
  const { nearest } = compare(now, baselineOf(reportOf(4)))
  expect(nearest.map(({ name, was, is, limit, isAbove }) => [name, was, is, limit, isAbove])).toEqual([
    ['links/1', '600 ms', '1701 ms', '1700 ms', true],
    ['links/3', '600 ms', '1200 ms', '1700 ms', false],
    ['links/0', '600 ms', '900 ms', '1700 ms', false],
  ])
})

test('a group that is slower as a whole is a regression though none of its runs is', () => {
  const then = baselineOf(reportOf(6))
  const slower = Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map((i) => [i, { heard: { ...HEARD, firstSoundMs: 900 } }]),
  )
  expect(compare(reportOf(6, slower), then).regressions).toEqual([
    { where: 'links/', text: 'first sound is 1.50 times what it was (median of the group), more than 1.3' },
  ])
})

test('of several plays the median counts', () => {
  const report = parseReport({
    results: [500, 9000, 600].map((firstSoundMs) => ({ name: 'a', passed: true, heard: { firstSoundMs } })),
  })
  expect(baselineOf(report).scenarios['a']).toEqual({ passed: true, firstSoundMs: 600 })
})

const HEARD = { firstSoundMs: 600, latencyMs: { p50: 60 }, gapMs: 20, framesSent: 100, framesConcealed: 0 }

function reportOf(count: number, changes: Record<number, object> = {}): Report {
  const results = Array.from({ length: count }, (_, i) => {
    return {
      name: `links/${i}`,
      group: 'links',
      expected: 'heard',
      passed: true,
      heard: HEARD,
      ...changes[i],
    }
  })
  return parseReport({ commit: 'abc', node: 'v24', results })
}

import { expect, test } from 'vitest'
import type { Result } from '../run/run-scenario.ts'
import { playedResult } from '../testing/played.ts'
import { closing, percentile, summaryOf } from './summary.ts'

test('percentiles are by nearest rank', () => {
  expect(percentile([5, 1, 3, 2, 4], 0.5)).toBe(3)
  expect(percentile([1, 2, 3, 4], 0.95)).toBe(4)
  expect(percentile([7], 0.5)).toBe(7)
})

test('a control that failed as it must is counted as that', () => {
  const results = [played('failure')]
  expect(summaryOf(results, 0)).toMatchObject({
    pairs: 1,
    heard: 0,
    expectedSilent: 0,
    controls: 1,
    failed: 0,
  })
  expect(closing(results, 9000)).toBe(
    '1 played, 0 heard, 0 rightly silent, 1 control failed as it must, 0 failed; 9 s',
  )
})

test('every play counts once, also a control that was heard and a failure that was heard', () => {
  const results = [
    played('heard', { heardAfterMs: 700 }),
    played('heard', { heardAfterMs: 900, passed: false }),
    played('failure', { heardAfterMs: 800 }),
    played('failure'),
    played('failure', { passed: false }),
    played('silent'),
    played('error'),
    played('diagnosis'),
  ]
  expect(closing(results, 60_000)).toBe(
    '8 played, 1 heard, 1 rightly silent, 2 rightly told why, 2 controls failed as they must, 2 failed, ' +
      'first sound p50 800 ms, p95 900 ms; 60 s',
  )
  expect(summaryOf(results, 0)).toMatchObject({ heard: 3, controls: 2, failed: 2 })
})

test('what was played again is counted, and said', () => {
  const results = [
    { ...played('heard', { heardAfterMs: 700 }), setAside: ['silent for 15 s'] },
    played('silent'),
  ]
  expect(summaryOf(results, 0)).toMatchObject({ pairs: 2, retries: 1 })
  expect(closing(results, 9000)).toContain('0 failed, 1 played again because the machine had stood still')
})

function played(
  expected: Result['expected'],
  { passed = true, heardAfterMs }: { passed?: boolean; heardAfterMs?: number } = {},
): Result {
  const group = expected === 'failure' ? 'controls' : 'links'
  return playedResult(heardAfterMs, { group, expected, passed })
}

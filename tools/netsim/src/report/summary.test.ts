import { expect, test } from 'vitest'
import type { Result } from '../run/run-scenario.ts'
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

function played(
  expected: Result['expected'],
  { passed = true, heardAfterMs }: { passed?: boolean; heardAfterMs?: number } = {},
): Result {
  return {
    name: 'a scenario',
    group: expected === 'failure' ? 'controls' : 'links',
    expectation: { verdict: 'heard' },
    seed: 1,
    expected,
    passed,
    problems: [],
    heard:
      heardAfterMs === undefined
        ? undefined
        : {
            firstSoundMs: heardAfterMs,
            path: 'swarm',
            via: 'punched',
            first: { path: 'swarm', via: 'punched' },
            relayHops: 0,
            latencyMs: undefined,
            gapMs: 0,
            framesSent: 1,
            framesLost: 0,
            framesConcealed: 0,
            framesDuplicate: 0,
            interruptions: 0,
            playsAtEnd: true,
          },
    errors: [],
    durationMs: 1,
    lab: undefined,
    held: { worstMs: 0, totalMs: 0, startMs: 0, long: 0, excuseMs: () => 0 },
    folder: '/nowhere',
  }
}

import { expect, test } from 'vitest'
import { judgeDiagnosis } from './diagnosis.ts'

const wanted = {
  verdict: 'diagnosis',
  withinMs: 10_000,
  exit: 0,
  says: { verdict: 'good', nat: { class: 'open' } },
} as const
const good = { says: { ms: 5000, verdict: 'good', nat: { class: 'open', more: 1 } }, exit: 0 }

test('a diagnosis may say more than is expected, not something else', () => {
  expect(judgeDiagnosis(wanted, good)).toEqual([])
  expect(
    judgeDiagnosis(wanted, { ...good, says: { ms: 1, verdict: 'good', nat: { class: 'random' } } }),
  ).toEqual(['nat.class is "random", not "open"'])
  expect(judgeDiagnosis(wanted, { ...good, says: { ms: 1, verdict: 'good', nat: null } })).toEqual([
    'nat.class is undefined, not "open"',
  ])
})

test('it must be there, in time, with its exit code', () => {
  expect(judgeDiagnosis(wanted, undefined)).toHaveLength(1)
  expect(judgeDiagnosis(wanted, { ...good, says: undefined })).toHaveLength(1)
  expect(judgeDiagnosis(wanted, { ...good, says: { ...good.says, ms: 10_001 } })).toHaveLength(1)
  expect(judgeDiagnosis(wanted, { ...good, exit: 4 })).toHaveLength(1)
})

test('what must not be there is expected as null', () => {
  const offline = { ...wanted, exit: 4, says: { nat: null } }
  expect(judgeDiagnosis(offline, { exit: 4, says: { ms: 1, nat: null } })).toEqual([])
  expect(judgeDiagnosis(offline, { ...good, exit: 4 })).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { matrix } from '../scenarios/matrix.ts'
import { NAT_TYPE_NAMES, reachOf } from './reach.ts'
import { meet } from './testing/meeting.ts'

test('the virtual backend lets hear whom the matrix of real programs expects to hear', () => {
  const heard = (broadcaster: string, listener: string): boolean =>
    matrix.find(({ name }) => name === `matrix/${broadcaster} x ${listener}`)?.expect.verdict === 'heard'
  for (const a of NAT_TYPE_NAMES) {
    for (const b of NAT_TYPE_NAMES) expect([a, b, reachOf(a, b) !== 'never']).toEqual([a, b, heard(a, b)])
  }
})

test('packets through the NATs of the lab meet as their behaviours say', () => {
  for (const a of NAT_TYPE_NAMES) {
    for (const b of NAT_TYPE_NAMES) expect([a, b, reachOf(a, b)]).toEqual([a, b, meet(a, b)])
  }
})

test('ports are guessed only where one side changes them and the other filters by them', () => {
  expect(reachOf('port-restricted', 'port-restricted')).toBe('direct')
  expect(reachOf('symmetric-random', 'full-cone')).toBe('direct')
  expect(reachOf('symmetric-random', 'port-restricted')).toBe('birthday')
  expect(reachOf('cgnat', 'symmetric-sequential')).toBe('birthday')
  expect(reachOf('symmetric-random', 'symmetric-sequential')).toBe('never')
})

import { expect, test } from 'vitest'
import { legResult, silentLeg } from '../testing/samples.ts'
import { busyHint, faultsOf } from './verdict.ts'

test('a leg that was heard whole has no fault', () => {
  expect(faultsOf([legResult, { ...legResult, leg: 'swarm' }])).toEqual([])
})

test('silence is the only fault of a leg that heard nothing', () => {
  expect(faultsOf([silentLeg])).toEqual(['swarm: nothing was heard'])
})

test('each thing that is wrong is named with its leg', () => {
  expect(
    faultsOf([legResult, { ...legResult, framesLost: 1, framesDuplicate: 2, correlation: 0.9 }]),
  ).toEqual([
    'auto: 1 frame lost',
    'auto: 2 frames played twice',
    'auto: the recording is unlike the source (correlation 0.900)',
  ])
})

test('a correlation that could not be had is no pass', () => {
  expect(faultsOf([{ ...legResult, correlation: null }])).toHaveLength(1)
})

test('a busy computer is named as a likely cause, an idle one is not', () => {
  expect(busyHint(7.42, 2)).toBe(' (this computer was busy, load 7.4 on 2 cores: try again when it is not)')
  expect(busyHint(1.9, 2)).toBe('')
})

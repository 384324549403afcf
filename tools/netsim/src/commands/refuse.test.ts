import { expect, test } from 'vitest'
import { refuseConflicts, refuseForeign } from './refuse.ts'

test('options that would be left out without a word are refused', () => {
  expect(() => refuseConflicts({ file: 'a', only: ['b'] })).toThrow('--file and --only do not go together')
  expect(() => refuseConflicts({ shell: 'listener', json: true })).toThrow('--shell and --json')
  expect(() => refuseConflicts({ scale: 'a' })).toThrow('--scale needs --report')
  expect(() => refuseForeign('chaos', { list: true })).toThrow('chaos cannot take --list')
  expect(() => refuseForeign('chaos --virtual', { json: true })).toThrow('chaos --virtual cannot take --json')
})

test('those that do something are not', () => {
  expect(() => {
    refuseConflicts({ only: ['b'], json: true, report: 'folder', scale: 'file' })
    refuseForeign('chaos', { seed: 3, report: 'folder', jobs: 2 })
    refuseForeign('probe', { json: true, bootstrap: 'x' })
  }).not.toThrow()
})

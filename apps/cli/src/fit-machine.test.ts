import { expect, test } from 'vitest'
import { requireFitMachine } from './fit-machine.ts'

const NOW_MS = Date.UTC(2027, 0, 1)

test('a usual computer is fit', () => {
  expect(() => requireFitMachine(1024, NOW_MS)).not.toThrow()
  expect(() => requireFitMachine(undefined, NOW_MS)).not.toThrow()
  expect(() => requireFitMachine()).not.toThrow()
})

test('too few files are told with what to do', () => {
  expect(() => requireFitMachine(20, NOW_MS)).toThrow(/may open 20 files.*ulimit -n/)
})

test('a clock that was never set is told as such', () => {
  expect(() => requireFitMachine(1024, 0)).toThrow(/1970-01-01.*Set the clock/)
})

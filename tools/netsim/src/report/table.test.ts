import { expect, test } from 'vitest'
import { scenarios } from '../scenarios/index.ts'
import { fitted } from './table.ts'

test('a long name is cut in the middle, and no two scenarios look alike in the table', () => {
  const names = scenarios.map(({ name }) => fitted(name))
  expect(new Set(names).size).toBe(scenarios.length)
  expect(new Set(names.map((name) => name.padEnd(62).length))).toEqual(new Set([62]))
  expect(fitted('links/UDP blocked')).toBe('links/UDP blocked')
  expect(fitted(`controls/${'x'.repeat(80)}, without return`)).toMatch(/^controls\/x+…x+, without return$/)
})

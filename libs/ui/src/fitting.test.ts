import { expect, test } from 'vitest'
import { fitting } from './fitting.ts'

test('a text is cut between letters as people see them, never inside one', () => {
  expect(fitting('short')).toBe('short')
  expect(fitting('ü'.repeat(200))).toBe('ü'.repeat(100))
  const family = '👩‍👧'
  expect(fitting(`a${family}${family}`, 1 + 11)).toBe(`a${family}`)
  expect(fitting(`a${family}`, 5)).toBe('a')
})

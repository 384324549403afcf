import { expect, test } from 'vitest'
import { patternsOf } from './only.ts'

test('words after one --only are one pattern, two --only are two', () => {
  expect(patternsOf(['--jobs', '3'])).toEqual([])
  expect(patternsOf(['--only', 'matrix/public', 'x', 'cgnat', '--jobs', '3'])).toEqual([
    'matrix/public x cgnat',
  ])
  expect(patternsOf(['--only', '/^matrix/', '--jobs', '5', '--only=public x', 'cgnat'])).toEqual([
    '/^matrix/',
    'public x cgnat',
  ])
})

import { expect, test } from 'vitest'
import { likelyPath, type Reach } from './likely-path.ts'

test.each<[Reach, Reach, string]>([
  ['open', 'open', 'direct'],
  ['open', 'consistent', 'direct'],
  ['open', 'random', 'direct'],
  ['consistent', 'consistent', 'punched'],
  ['consistent', 'random', 'birthday'],
  ['random', 'random', 'none'],
])('%s and %s: %s, whoever of them broadcasts', (one, other, path) => {
  expect(likelyPath(one, other)).toBe(path)
  expect(likelyPath(other, one)).toBe(path)
})

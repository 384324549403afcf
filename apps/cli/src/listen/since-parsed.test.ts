import { expect, test } from 'vitest'
import { sinceParsed } from './since-parsed.ts'

test('first sound counts from the Enter key, loading included', () => {
  const first = { event: 'first-audio', ms: 300, path: 'swarm', via: 'lan' } as const
  expect(sinceParsed(first, 150)).toEqual({ ...first, ms: 450 })
})

test('the length of a gap is no time since the start', () => {
  const gap = { event: 'gap', ms: 60, concealed: 3 } as const
  expect(sinceParsed(gap, 150)).toEqual(gap)
})

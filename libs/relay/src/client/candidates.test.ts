import { expect, test } from 'vitest'
import { type CandidateSource, Candidates } from './candidates.ts'

const MAX = 64

/** A full list: `old 0` to `old 62`, and the parent, all told of at 0. */
function full(source: CandidateSource = 'sibling'): Candidates {
  const candidates = new Candidates((key) => key === 'parent')
  candidates.learn({ key: 'parent', source }, 0)
  for (let i = 0; i < MAX - 1; i++) candidates.learn({ key: `old ${i}`, source }, 0)
  return candidates
}

test('a parent stays on a full list, whoever else is named', () => {
  const candidates = full('topic')
  for (let i = 0; i < 3 * MAX; i++) candidates.learn({ key: `new ${i}`, source: 'referral' }, 1000)
  for (let i = 0; i < 3 * MAX; i++) candidates.learn({ key: `later ${i}`, source: 'referral' }, 60_000)
  expect(candidates.size).toBe(MAX)
  expect(candidates.get('parent')).toBeDefined()
})

test('who is named by no better source takes the place of one of whom nothing was told for 20 s, the longest first', () => {
  const candidates = full()
  for (let i = 1; i < MAX - 1; i++) candidates.learn({ key: `old ${i}`, source: 'sibling' }, 5000 + i)
  candidates.learn({ key: 'early', source: 'sibling' }, 19_999)
  expect(candidates.get('early')).toBeUndefined()
  candidates.learn({ key: 'in time', source: 'sibling' }, 20_000)
  expect(candidates.get('in time')).toBeDefined()
  expect(candidates.get('old 0')).toBeUndefined()
  candidates.learn({ key: 'the next', source: 'sibling' }, 25_000)
  expect(candidates.get('the next')).toBeUndefined()
  candidates.learn({ key: 'the next', source: 'sibling' }, 25_001)
  expect(candidates.get('the next')).toBeDefined()
  expect(candidates.get('old 1')).toBeUndefined()
})

test('who is full makes way at once for one with room, and for nobody else', () => {
  const candidates = full()
  candidates.full('old 7', 'full', 5000, 1000)
  candidates.learn({ key: 'unknown', source: 'sibling' }, 1001)
  expect(candidates.get('unknown')).toBeUndefined()
  candidates.learn({ key: 'weaker', source: 'topic', freeSlots: 3 }, 1001)
  expect(candidates.get('weaker')).toBeUndefined()
  candidates.learn({ key: 'roomy', source: 'sibling', freeSlots: 3 }, 1001)
  expect(candidates.get('roomy')).toBeDefined()
  expect(candidates.get('old 7')).toBeUndefined()
  candidates.learn({ key: 'another', source: 'sibling', freeSlots: 3 }, 1002)
  expect(candidates.get('another')).toBeUndefined()
})

test('who was full and has room again stays', () => {
  const candidates = full()
  candidates.full('old 7', 'full', 5000, 1000)
  candidates.learn({ key: 'old 7', source: 'sibling', freeSlots: 1 }, 1001)
  candidates.learn({ key: 'roomy', source: 'sibling', freeSlots: 3 }, 1002)
  expect(candidates.get('old 7')).toBeDefined()
  expect(candidates.get('roomy')).toBeUndefined()
})

test('a weaker source never takes the place of a stronger one, however old', () => {
  const candidates = full('referral')
  candidates.learn({ key: 'anybody', source: 'topic' }, 1e6)
  expect(candidates.get('anybody')).toBeUndefined()
})

test('who was announced and is forgotten is not counted any more', () => {
  const candidates = full('topic')
  expect(candidates.announced).toBe(MAX)
  candidates.learn({ key: 'named', source: 'referral' }, 1000)
  expect(candidates.announced).toBe(MAX - 1)
})

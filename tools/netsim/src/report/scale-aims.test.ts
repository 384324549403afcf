import { expect, test } from 'vitest'
import { scaleAimsText } from './scale-aims.ts'

const GOOD: [string, number][] = [
  ['churn.copiesMax', 8],
  ['churn.depthP95', 7],
  ['churn.continuity', 0.999],
  ['partition.othersHearing', 1],
  ['partition.healedAfterS', 10],
]

test('what just reaches its aim has met it', () => {
  expect(scaleAimsText(new Map(GOOD))).toBe(
    'aims met: copies <= 8, depth p95 <= 7, continuity >= 99.9 %, healed within 10 s; missed: none',
  )
})

test('what falls short is missed, and who never healed; what was not measured is neither', () => {
  const figures = new Map(GOOD).set('churn.continuity', 0.99899)
  figures.delete('partition.healedAfterS')
  figures.delete('churn.depthP95')
  expect(scaleAimsText(figures)).toBe(
    'aims met: copies <= 8; missed: continuity >= 99.9 %, healed within 10 s',
  )
})

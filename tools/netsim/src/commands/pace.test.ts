import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

test('the pace of a story is told as a whole and phase by phase', () => {
  const pace = new Pace(1000)
  pace.note({ atMs: 30_000, phase: 'arrival' }, 1500)
  pace.note({ atMs: 60_000, phase: 'arrival' }, 2000)
  pace.note({ atMs: 180_000, phase: 'churn' }, 3000)
  pace.note({ atMs: 240_000, phase: 'partition' }, 3200)
  expect(pace.timesRealTime).toBe(109.1)
  expect(pace.timesRealTimeIn).toEqual({ arrival: 60, churn: 120, partition: 300 })
})

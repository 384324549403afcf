import { expect, test } from 'vitest'
import { playedResult } from '../testing/played.ts'
import { impairmentTable } from './impairment-table.ts'

test('bad lines come to a table, a row a play, and other plays to none', () => {
  const { heard } = playedResult(500)
  if (heard === undefined) throw new Error('the fixture was heard')
  const figures = { framesSent: 3000, framesConcealed: 3, gapMs: 61.4, interruptions: 1 }
  const latencyMs = { p50: 187.6, p95: 206 }
  const table = impairmentTable([
    playedResult(500),
    { name: 'impairments/5 % loss', group: 'impairments', heard: { ...heard, ...figures, latencyMs } },
    { name: 'impairments/3G', group: 'impairments', heard: undefined },
  ])
  expect(table?.split('\n').slice(2)).toEqual([
    '| 5 % loss | 0.10 % | 1 | 61 ms | 188 / 206 ms |',
    '| 3G | silent | | | |',
  ])
  expect(impairmentTable([playedResult(500)])).toBeUndefined()
})

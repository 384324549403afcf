import { expect, test } from 'vitest'
import { progressOf } from './progress.ts'

const lengthMs = 240_000

test('in the storm the rest is not told as if all of it were one', () => {
  const line = progressOf(
    { phase: 'arrival', atMs: 12_000, lengthMs, census: undefined },
    60_000,
    100 * 2 ** 20,
  )
  expect(line).toBe('12.0 of 240 s (42 %); 100 MiB; some 82 s left')
})

test('a long rest is told in minutes, and the tree as it was at the latest look', () => {
  const depth = { p50: 3, p95: 6, max: 8 }
  const census = { atS: 5, listeners: 400, hearing: 0.975, copies: 6, depth, uplinkUsed: 0.5, warm: 0.9 }
  const line = progressOf({ phase: 'arrival', atMs: 6000, lengthMs, census }, 120_000, 2 ** 30)
  expect(line).toBe('6.0 of 240 s (21 %); 400 listeners, 97.5 % hear, depth 8; 1024 MiB; some 7 min left')
})

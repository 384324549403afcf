import { expect, it } from 'vitest'
import { row } from './row.ts'
import { table } from './table.ts'

it('shows the columns that some row fills, numbers to the right', () => {
  const rows = [
    row('crypto', 'seal', 10, { cpuUsPerPacket: 1.5 }),
    row('crypto', 'verify', 1000, { p95Us: 44 }),
  ]
  expect(table(rows)).toBe(
    [
      'path       n  us/packet  p95Us',
      'seal      10        1.5      -',
      'verify  1000          -     44',
    ].join('\n'),
  )
})

import { expect, test } from 'vitest'
import { PlayedLedger } from './played-ledger.ts'

test('the ledger convicts a frame that is played twice, however long ago within its window', () => {
  const ledger = new PlayedLedger()
  for (let seq = 100; seq < 4000; seq++) ledger.record(seq)
  expect(ledger.duplicates).toBe(0)
  ledger.record(100)
  ledger.record(3999)
  expect(ledger.duplicates).toBe(2)
})

test('a new session may use the same sequence numbers', () => {
  const ledger = new PlayedLedger()
  ledger.record(5)
  ledger.startSession()
  ledger.record(5)
  expect(ledger.duplicates).toBe(0)
})

import { describe, expect, test } from 'vitest'
import { repeatDelayMs } from './repeat-delay.ts'

const dial = (startMs: number, answered = false): { startMs: number; answered: boolean } => ({
  startMs,
  answered,
})

describe('the next dial to a key', () => {
  test('goes out at once when there is none', () => {
    expect(repeatDelayMs([], 600, 5000)).toBe(0)
  })

  test('waits twice as long behind each one under way', () => {
    expect(repeatDelayMs([dial(0)], 600, 300)).toBe(300)
    expect(repeatDelayMs([dial(0)], 600, 700)).toBe(0)
    expect(repeatDelayMs([dial(0), dial(600)], 600, 600)).toBe(1200)
    expect(repeatDelayMs([dial(0), dial(600), dial(1800)], 600, 900)).toBe(3300)
  })

  test('leaves a peer that has answered to open its NAT', () => {
    expect(repeatDelayMs([dial(0, true)], 600, 100)).toBe(2500)
  })
})

import { describe, expect, test } from 'vitest'
import { isSilent, PathMonitor } from './path-monitor.ts'
import { frame } from './testing/frames.ts'

const MS = 1000

function heard(from: number, to: number, delayMs: number, except: readonly number[] = []): PathMonitor {
  const monitor = new PathMonitor()
  for (let seq = from; seq <= to; seq++) {
    if (!except.includes(seq)) monitor.onFrame(frame({ seq }), (seq * 20 + delayMs) * MS)
  }
  return monitor
}

describe('a path', () => {
  test('counts the newest frames that came no later than by the other one', () => {
    expect(heard(90, 100, 5).framesNoLaterThan(heard(1, 100, 5))).toBe(11)
    expect(heard(90, 100, 9).framesNoLaterThan(heard(1, 100, 5))).toBe(0)
    expect(heard(90, 100, 5, [96]).framesNoLaterThan(heard(1, 100, 5))).toBe(4)
  })

  test('tells what it lost, and forgives what it was not asked for', () => {
    const monitor = heard(1, 100, 5, [10, 20])
    expect(monitor.summary().lossRatio).toBeCloseTo(0.02)
    monitor.restart()
    monitor.onFrame(frame({ seq: 500 }), 10_000 * MS)
    expect(monitor.summary()).toMatchObject({ frames: 1, lossRatio: 0 })
  })

  test('is silent after 300 ms, counted from when it was chosen', () => {
    const summary = heard(1, 100, 0).summary()
    expect(isSilent(summary, 2299 * MS)).toBe(false)
    expect(isSilent(summary, 2301 * MS)).toBe(true)
    expect(isSilent(summary, 2301 * MS, 2100 * MS)).toBe(false)
  })

  test('with gaps of its own rhythm is given four of them', () => {
    const monitor = new PathMonitor()
    for (let seq = 1; seq <= 60; seq++) monitor.onFrame(frame({ seq }), seq * 120 * MS)
    expect(isSilent(monitor.summary(), (7200 + 470) * MS)).toBe(false)
    expect(isSilent(monitor.summary(), (7200 + 490) * MS)).toBe(true)
  })
})

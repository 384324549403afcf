import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RepairRequester } from './repair-requester.ts'

function receive(repair: RepairRequester, seqs: readonly number[], nowUs = 0): void {
  for (const seq of seqs) repair.onFrame(seq, nowUs)
}

test('what came because it was asked for is counted, what was only late is not', () => {
  const repair = new RepairRequester({ rttUs: 40_000 })
  receive(repair, [10, 12, 13])
  expect(repair.due(1000)).toEqual([11])
  receive(repair, [11], 50_000)
  receive(repair, [15, 16], 60_000)
  expect(repair.due(61_000)).toEqual([14])
  receive(repair, [14], 62_000)
  expect(repair.repaired).toBe(1)
  repair.clear()
  expect(repair.repaired).toBe(1)
})

describe('what is missing', () => {
  test('is asked for when two later frames have come', () => {
    const repair = new RepairRequester()
    receive(repair, [10, 12])
    expect(repair.due(1000)).toEqual([])
    receive(repair, [13])
    expect(repair.due(1001)).toEqual([11])
  })

  test('is asked for after 15 ms without a second later frame', () => {
    const repair = new RepairRequester()
    receive(repair, [10, 12], 1000)
    expect(repair.due(15_999)).toEqual([])
    expect(repair.due(16_000)).toEqual([11])
  })

  test('is not asked for when it was merely reordered', () => {
    const repair = new RepairRequester()
    receive(repair, [10, 12, 11, 14, 13, 15])
    expect(repair.due(100_000)).toEqual([])
    expect(repair.missing).toBe(0)
  })

  test('is asked for at most 6 times, max(rtt / 2, 20 ms) apart', () => {
    for (const [rttUs, apartUs] of [
      [0, 20_000],
      [30_000, 20_000],
      [100_000, 50_000],
    ] as const) {
      const repair = new RepairRequester({ rttUs, giveUpUs: 10_000_000 })
      receive(repair, [1, 3, 4])
      const askedUs: number[] = []
      for (let nowUs = 0; nowUs < 1_000_000; nowUs += 1000)
        if (repair.due(nowUs).length > 0) askedUs.push(nowUs)
      expect(askedUs).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * apartUs))
      expect(repair.missing).toBe(0)
    }
  })

  test('is waited for when it recurs: hole, round trip and two more tries', () => {
    const repair = new RepairRequester({ rttUs: 40_000 })
    const lose = (seq: number, nowUs: number): void => {
      repair.onFrame(seq - 1, nowUs - 400_000)
      receive(repair, [seq + 1, seq + 2], nowUs)
      repair.due(nowUs)
    }
    lose(10, 1_000_000)
    expect(repair.delayUs(1_000_000, 400_000)).toBe(0)
    lose(60, 2_000_000)
    expect(repair.delayUs(2_000_000, 400_000)).toBe(140_000)
    expect(repair.delayUs(2_000_000, 120_000)).toBe(120_000)
    repair.rttUs = 500_000
    expect(repair.delayUs(2_000_000, 400_000)).toBe(0)
    expect(repair.delayUs(40_000_000, 400_000)).toBe(0)
  })

  test('is no loss while only a heartbeat has told of it', () => {
    const repair = new RepairRequester({ rttUs: 1000 })
    for (const nowUs of [1_000_000, 2_000_000, 3_000_000]) {
      const seq = nowUs / 1_000_000
      repair.onFrame(2 * seq, nowUs)
      repair.onHead(2 * seq + 1, nowUs)
      expect(repair.due(nowUs + 20_000)).toEqual([2 * seq + 1])
      repair.onFrame(2 * seq + 1, nowUs + 50_000)
    }
    expect(repair.delayUs(3_100_000, 400_000)).toBe(0)
  })

  test('that comes before any answer could was no loss', () => {
    const repair = new RepairRequester({ rttUs: 40_000 })
    for (const nowUs of [1_000_000, 2_000_000, 3_000_000]) {
      const seq = (4 * nowUs) / 1_000_000
      receive(repair, [seq, seq + 2, seq + 3], nowUs)
      expect(repair.due(nowUs)).toEqual([seq + 1])
      repair.onFrame(seq + 1, nowUs + 10_000)
    }
    expect(repair.delayUs(3_100_000, 400_000)).toBe(0)
  })

  test('is given up when it could no longer be played', () => {
    const repair = new RepairRequester({ giveUpUs: 100_000 })
    receive(repair, [1, 3, 4])
    expect(repair.due(100_001)).toEqual([])
    receive(repair, [6, 7], 200_000)
    repair.forgetBefore(6)
    expect(repair.missing).toBe(0)
  })

  test('before the first frame is not missing', () => {
    const repair = new RepairRequester()
    receive(repair, [500, 501, 502])
    expect(repair.due(1_000_000)).toEqual([])
  })

  test('at the end is known from the head that a heartbeat names', () => {
    const repair = new RepairRequester()
    receive(repair, [1])
    repair.onHead(3, 0)
    repair.onHead(2, 0)
    expect(repair.due(14_000)).toEqual([])
    expect(repair.due(15_000)).toEqual([2, 3])
    receive(repair, [2, 3], 16_000)
    expect(repair.missing).toBe(0)
  })

  test('a head far beyond what was received is not believed, and repair goes on', () => {
    const repair = new RepairRequester()
    receive(repair, [1])
    repair.onHead(2 ** 47, 0)
    expect(repair.missing).toBe(64)
    for (let seq = 2; seq <= 200; seq++) if (seq !== 100) repair.onFrame(seq, seq * 20_000)
    expect(repair.due(200 * 20_000)).toEqual([])
    repair.onFrame(202, 201 * 20_000)
    repair.onFrame(203, 202 * 20_000)
    expect(repair.due(202 * 20_000)).toEqual([201])
  })

  test('of a long outage only the newest 64 are asked for', () => {
    const repair = new RepairRequester()
    receive(repair, [1, 100_000, 100_001])
    const due = repair.due(0)
    expect(due).toHaveLength(64)
    expect(due[0]).toBe(99_936)
    expect(due[63]).toBe(99_999)
  })

  test('nothing due costs nothing: the same empty list', () => {
    const repair = new RepairRequester()
    receive(repair, [1, 3])
    expect(repair.due(0)).toBe(new RepairRequester().due(0))
  })
})

test('only what has not come is asked for, 64 at most, in order', () => {
  const seqs = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 })
  fc.assert(
    fc.property(seqs, (order) => {
      const repair = new RepairRequester()
      const received = new Set<number>()
      order.forEach((seq, i) => {
        repair.onFrame(seq, i * 5000)
        received.add(seq)
        const due = repair.due(i * 5000)
        expect(due.length).toBeLessThanOrEqual(64)
        expect(due).toEqual([...due].sort((a, b) => a - b))
        for (const wanted of due) expect(received.has(wanted)).toBe(false)
      })
    }),
    { numRuns: 300 },
  )
})

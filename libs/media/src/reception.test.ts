import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { Reception } from './reception.ts'
import { frame } from './testing/frames.ts'

const START_US = 5_000_000
const FRAME_US = 20_000

let reception: Reception
let nowUs: number
beforeEach(() => {
  reception = new Reception()
  nowUs = START_US
})

/** Frame `seq` was captured in its rhythm, and comes so much later. */
function arrive(seq: number, delayUs = 1000): void {
  const captureUs = START_US + seq * FRAME_US
  nowUs = captureUs + delayUs
  reception.onFrame(frame({ seq, captureUs }), nowUs)
}

function arriveAll(from: number, to: number, delayUs = 1000): void {
  for (let seq = from; seq <= to; seq++) arrive(seq, delayUs)
}

describe('a report', () => {
  test('is due each second, and not before the first frame', () => {
    expect(reception.isDue(1e12)).toBe(false)
    arrive(100)
    expect(reception.isDue(nowUs + 999_999)).toBe(false)
    expect(reception.isDue(nowUs + 1_000_000)).toBe(true)
  })

  test('counts from the first frame, wherever the stream was', () => {
    arriveAll(1000, 1049)
    expect(reception.report(nowUs)).toEqual({
      headSeq: 1049,
      expected: 50,
      received: 50,
      jitterMs: 0,
      delayMs: 0,
    })
    arriveAll(1050, 1060)
    expect(reception.report(nowUs)).toMatchObject({ headSeq: 1060, expected: 11, received: 11 })
  })

  test('of losses comes after 200 ms, and each second again when they are over', () => {
    arriveAll(1, 20)
    arriveAll(23, 50)
    expect(reception.report(nowUs)).toMatchObject({ expected: 50, received: 48 })
    expect(reception.isDue(nowUs + 200_000)).toBe(true)
    arriveAll(51, 60)
    reception.report(nowUs)
    expect(reception.isDue(nowUs + 200_000)).toBe(false)
  })

  test('takes no frame for received that was sent again', () => {
    arriveAll(1, 10)
    arriveAll(12, 20)
    reception.onFrame(frame({ seq: 11, captureUs: START_US + 11 * FRAME_US }), nowUs)
    arriveAll(21, 50)
    expect(reception.report(nowUs)).toMatchObject({ expected: 50, received: 49 })
  })

  test('takes two frames that changed places for received, and copies for one', () => {
    for (const seq of [1, 3, 2, 2, 5, 4, 5, 3]) reception.onFrame(frame({ seq }), nowUs)
    expect(reception.report(nowUs)).toMatchObject({ headSeq: 5, expected: 5, received: 5 })
  })

  test('tells what waits in a queue from the way itself, and forgets after ten seconds', () => {
    arriveAll(1, 50, 30_000)
    reception.report(nowUs)
    arriveAll(51, 100, 430_000)
    expect(reception.report(nowUs).delayMs).toBe(400)
    for (let second = 2; second < 14; second++) {
      arriveAll(second * 50 + 1, second * 50 + 50, 430_000)
      reception.report(nowUs)
    }
    arriveAll(701, 750, 430_000)
    expect(reception.report(nowUs).delayMs).toBe(0)
  })

  test('is not misled about the queue by single late frames', () => {
    for (let seq = 1; seq <= 50; seq++) arrive(seq, seq % 3 === 0 ? 15_000 : 1000)
    const report = reception.report(nowUs)
    expect(report.delayMs).toBe(0)
    expect(report.jitterMs).toBeGreaterThan(3)
    expect(report.jitterMs).toBeLessThan(15)
  })

  test('starts anew with another run', () => {
    arriveAll(500, 600)
    reception.clear()
    expect(reception.isDue(nowUs + 1e7)).toBe(false)
    arrive(1)
    expect(reception.report(nowUs)).toMatchObject({ headSeq: 1, expected: 1, received: 1 })
  })

  test('fits its bytes whatever comes', () => {
    const arrival = fc.record({ seq: fc.nat(1e6), captureUs: fc.maxSafeNat(), afterUs: fc.nat(3e6) })
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 100 }), (arrivals) => {
        const any = new Reception()
        let atUs = START_US
        for (const { seq, captureUs, afterUs } of arrivals) {
          atUs += afterUs
          any.onFrame(frame({ seq, captureUs }), atUs)
          if (!any.isDue(atUs)) continue
          const { received, expected, jitterMs, delayMs } = any.report(atUs)
          expect(received).toBeLessThanOrEqual(expected)
          for (const value of [received, expected, jitterMs, delayMs]) {
            expect(Number.isInteger(value) && value >= 0 && value <= 0xffff).toBe(true)
          }
        }
      }),
    )
  })
})

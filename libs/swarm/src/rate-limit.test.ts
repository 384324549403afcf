import { describe, expect, test } from 'vitest'
import { Admission, admissionLimits } from './admission.ts'
import { BoundedMap } from './bounded-map.ts'
import { AddressRateLimiter, TokenBucket } from './rate-limit.ts'

describe('a token bucket', () => {
  test('gives its burst at once and then its rate', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 10 }, 0)
    expect([0, 0, 0, 0].map((nowMs) => bucket.take(nowMs))).toEqual([true, true, true, false])
    expect(bucket.take(99)).toBe(false)
    expect(bucket.take(100)).toBe(true)
    expect(bucket.take(100)).toBe(false)
  })

  test('never holds more than its burst, and a clock that jumps back changes nothing', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1000 }, 0)
    expect([1e9, 1e9, 1e9].map((nowMs) => bucket.take(nowMs))).toEqual([true, true, false])
    expect(bucket.take(0)).toBe(false)
  })

  test('takes all of a cost or nothing', () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 1 }, 0)
    expect(bucket.take(0, 11)).toBe(false)
    expect(bucket.take(0, 10)).toBe(true)
  })
})

test('one address cannot use up what another is allowed', () => {
  const limiter = new AddressRateLimiter({ burst: 1, perSecond: 1 })
  expect(limiter.allows('1.1.1.1', 0)).toBe(true)
  expect(limiter.allows('1.1.1.1', 0)).toBe(false)
  expect(limiter.allows('2.2.2.2', 0)).toBe(true)
})

test('a flood of addresses does not grow the memory', () => {
  const map = new BoundedMap<number, number>(100)
  for (let i = 0; i < 1000; i++) map.set(i, i)
  expect(map.size).toBe(100)
  expect([map.get(899), map.get(900)]).toEqual([undefined, 900])
  map.set(900, 1)
  map.set(1000, 1000)
  expect([map.get(900), map.get(901)]).toEqual([1, undefined])
})

describe('admission', () => {
  test('turns handshakes away by load, by address and by those under way, and counts each', () => {
    const admission = new Admission(
      admissionLimits(
        {
          maxPending: 2,
          handshakesPerAddress: { burst: 2, perSecond: 1 },
          handshakes: { burst: 3, perSecond: 1 },
        },
        false,
      ),
      0,
    )
    expect(admission.allowsHandshake('1.1.1.1', 2, 0)).toBe(false)
    expect(admission.allowsHandshake('1.1.1.1', 0, 0)).toBe(true)
    expect(admission.allowsHandshake('1.1.1.1', 0, 0)).toBe(true)
    expect(admission.allowsHandshake('1.1.1.1', 0, 0)).toBe(false)
    expect(admission.allowsHandshake('2.2.2.2', 0, 0)).toBe(true)
    expect(admission.allowsHandshake('2.2.2.2', 0, 0)).toBe(false)
    expect(admission.stats).toEqual({ tooMany: 1, tooManyFromAddress: 1, tooManyPending: 1, full: 0 })
  })

  test('on a private DHT, where all have one address, lets one do what all may, whatever is usual elsewhere', () => {
    const usual = { maxPerAddress: 4, handshakesPerAddress: { burst: 2, perSecond: 1 } }
    const handshakes = { burst: 50, perSecond: 5 }
    const unbounded = { maxPerAddress: Number.POSITIVE_INFINITY, handshakesPerAddress: handshakes }
    expect(admissionLimits({ handshakes }, true, usual)).toMatchObject(unbounded)
    expect(admissionLimits({ handshakes }, false, usual)).toMatchObject(usual)
    expect(admissionLimits({ ...usual, handshakes }, true)).toMatchObject(usual)
  })
})

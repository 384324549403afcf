import { describe, expect, test } from 'vitest'
import { FrameBus } from './frame-bus.ts'
import { FRAME_RING_SIZE, FrameRing } from './frame-ring.ts'
import { frame } from './testing/frames.ts'

describe('the ring', () => {
  test('keeps the newest 256 frames by sequence number, whatever the order they came in', () => {
    const ring = new FrameRing()
    for (let seq = 600; seq >= 100; seq--) ring.put(frame({ seq }))
    expect(ring.head).toBe(600)
    expect(ring.get(600)?.seq).toBe(600)
    expect(ring.get(600 - FRAME_RING_SIZE + 1)?.seq).toBe(345)
    expect(ring.get(600 - FRAME_RING_SIZE)).toBeUndefined()
    expect(ring.has(601)).toBe(false)
  })

  test('a head that jumps on makes old frames unreachable at once', () => {
    const ring = new FrameRing()
    ring.put(frame({ seq: 1 }))
    ring.put(frame({ seq: 1_000_000 }))
    expect(ring.get(1)).toBeUndefined()
    expect(ring.put(frame({ seq: 2 }))).toBe(false)
  })

  test('says whether a frame was new', () => {
    const ring = new FrameRing()
    expect(ring.put(frame({ seq: 7 }))).toBe(true)
    expect(ring.put(frame({ seq: 7 }))).toBe(false)
    ring.clear()
    expect(ring.head).toBe(-1)
    expect(ring.put(frame({ seq: 7 }))).toBe(true)
  })
})

describe('the bus', () => {
  test('hands every frame to every subscriber, out of order too', () => {
    const bus = new FrameBus()
    const seen: number[] = []
    bus.subscribe((got) => seen.push(got.seq))
    bus.subscribe((got) => seen.push(-got.seq))
    for (const seq of [5, 3, 4]) bus.publish(frame({ seq }))
    expect(seen).toEqual([5, -5, 3, -3, 4, -4])
    expect(bus.ring.head).toBe(5)
    expect(bus.ring.get(3)?.seq).toBe(3)
  })

  test('unsubscribing during a publication takes effect at once, for oneself and for others', () => {
    const bus = new FrameBus()
    const seen: string[] = []
    const leaveA = bus.subscribe(() => {
      seen.push('a')
      leaveA()
      leaveC()
    })
    bus.subscribe(() => seen.push('b'))
    const leaveC = bus.subscribe(() => seen.push('c'))
    bus.publish(frame({ seq: 1 }))
    bus.publish(frame({ seq: 2 }))
    expect(seen).toEqual(['a', 'b', 'b'])
    leaveA()
  })

  test('who subscribes during a publication gets the next frame', () => {
    const bus = new FrameBus()
    const seen: number[] = []
    const leave = bus.subscribe(() => {
      leave()
      bus.subscribe((got) => seen.push(got.seq))
    })
    bus.publish(frame({ seq: 1 }))
    bus.publish(frame({ seq: 2 }))
    expect(seen).toEqual([2])
  })
})

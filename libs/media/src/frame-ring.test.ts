import { describe, expect, test } from 'vitest'
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

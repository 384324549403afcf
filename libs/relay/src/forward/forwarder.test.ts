import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testFrame, type TestFrame, TestRing } from '../testing/frames.ts'
import { Forwarder } from './forwarder.ts'
import { wantsRedundancy } from './repair.ts'

const RATE = 40_000

/** A forwarder that writes down what it does; `primary` is the parent whose frames may be passed on. */
function forwarding({ depth = 1 }: { depth?: number } = {}) {
  const sent: string[] = []
  const forgers: string[] = []
  const slow: string[] = []
  let verified = 0
  let room = true
  const forwarder = new Forwarder<TestFrame>({
    ring: new TestRing(),
    verify: ({ signature }) => {
      verified++
      return signature === 1
    },
    isCopy: (known, { signature }) => known.signature === signature,
    depth: () => depth,
    send: (child, { seq }, hops) => {
      if (room) sent.push(`${child} ${seq}/${hops}`)
      return room
    },
    admit: (from, _, isNew) => from === 'primary' && isNew,
    forged: (from) => forgers.push(from),
    useless: () => {},
    slow: (child) => slow.push(child),
  })
  const serve = (child: string, audio = true, warm = false): void =>
    forwarder.serve(child, { audio, warm, bytesPerS: RATE }, 0)
  return {
    forwarder,
    sent,
    forgers,
    slow,
    serve,
    verifiedCount: () => verified,
    block: () => {
      room = false
    },
  }
}

describe('a frame', () => {
  test('is verified once and goes to every child that wants audio, with our depth for hops', () => {
    const { forwarder, sent, serve, verifiedCount } = forwarding({ depth: 3 })
    serve('a')
    serve('b')
    serve('spare', false)
    expect(forwarder.receive('primary', testFrame(1, 2), 0)).toBe('forwarded')
    expect(forwarder.receive('primary', testFrame(1, 2), 0)).toBe('duplicate')
    expect(sent).toEqual(['a 1/3', 'b 1/3'])
    expect(verifiedCount()).toBe(1)
  })

  test('that is forged, or a forged copy, convicts its sender and goes nowhere', () => {
    const { forgers, forwarder, sent, serve } = forwarding()
    serve('a')
    expect(forwarder.receive('primary', testFrame(1, 0, 0), 0)).toBe('forged')
    forwarder.receive('primary', testFrame(1), 0)
    expect(forwarder.receive('second', testFrame(1, 0, 0), 0)).toBe('forged')
    expect(forgers).toEqual(['primary', 'second'])
    expect(sent).toEqual(['a 1/1'])
  })

  test('of another parent is kept, and passed on with the first newer one of the primary or as its copy', () => {
    const { forwarder, sent, serve } = forwarding()
    serve('a')
    expect(forwarder.receive('second', testFrame(2), 0)).toBe('kept')
    expect(forwarder.receive('second', testFrame(1), 0)).toBe('kept')
    expect(forwarder.receive('primary', testFrame(2), 0)).toBe('forwarded')
    expect(forwarder.receive('primary', testFrame(3), 0)).toBe('forwarded')
    expect(sent).toEqual(['a 2/1', 'a 1/1', 'a 3/1'])
  })

  test('from too far, or older than the ring, is not even verified', () => {
    const { forwarder, verifiedCount } = forwarding()
    forwarder.receive('primary', testFrame(300), 0)
    expect(forwarder.receive('primary', testFrame(301, 17), 0)).toBe('too-far')
    expect(forwarder.receive('primary', testFrame(44), 0)).toBe('old')
    expect(verifiedCount()).toBe(1)
  })

  test('goes to nobody when one more hop would be too many', () => {
    const { forwarder, sent, serve } = forwarding({ depth: 17 })
    serve('a')
    forwarder.receive('primary', testFrame(1, 16), 0)
    expect(sent).toEqual([])
  })
})

describe('a child', () => {
  test('begins at the live edge, one that changes parents with all it may lack', () => {
    const { forwarder, sent, serve } = forwarding()
    for (let seq = 1; seq <= 100; seq++) forwarder.receive('primary', testFrame(seq), 0)
    serve('fresh')
    serve('warm', true, true)
    expect(sent.filter((each) => each.startsWith('fresh'))).toHaveLength(4)
    expect(sent.filter((each) => each.startsWith('warm'))).toHaveLength(50)
    expect(sent.at(-1)).toBe('warm 100/1')
  })

  test('that cannot take more is called slow once, and costs the others nothing', () => {
    const { block, forwarder, slow, serve } = forwarding()
    serve('a')
    block()
    for (let seq = 1; seq <= 200; seq++) forwarder.receive('primary', testFrame(seq), seq)
    expect(slow).toEqual(['a'])
    expect(forwarder.lanes[0]).toMatchObject({ queued: 64, dropped: 200 - 64 })
  })

  test('never gets more than its budget, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(300)), { maxLength: 300 }), (asks) => {
        const { forwarder, serve } = forwarding()
        serve('a')
        let nowMs = 0
        let seq = 0
        for (const [waitMs, ask] of asks) {
          nowMs += waitMs
          forwarder.receive('primary', testFrame(++seq), nowMs)
          forwarder.onNack('a', [ask, seq], nowMs)
          forwarder.tick(nowMs, 100, () => {})
        }
        const bytes = forwarder.lanes[0]?.bytesSent ?? 0
        expect(bytes).toBeLessThanOrEqual(RATE * (1 + nowMs / 1000) + 1)
      }),
    )
  })

  test('has what it missed repeated, a hundred frames a second at most', () => {
    const { forwarder, sent, serve } = forwarding()
    for (let seq = 1; seq <= 250; seq++) forwarder.receive('primary', testFrame(seq), 0)
    serve('a', false)
    expect(forwarder.onNack('a', [10, 11, 999], 1)).toBe(2)
    expect(sent).toEqual(['a 10/1', 'a 11/1'])
    const all = Array.from({ length: 200 }, (_, i) => i + 1)
    expect(forwarder.onNack('a', all, 500) + 2).toBeLessThanOrEqual(100)
    expect(forwarder.onNack('nobody', all, 500)).toBe(0)
  })

  test('hears a heartbeat when it heard nothing else', () => {
    const { forwarder, serve } = forwarding()
    const beats: string[] = []
    serve('a')
    serve('spare', false)
    forwarder.receive('primary', testFrame(1), 1000)
    forwarder.tick(1050, 100, (child) => beats.push(child))
    forwarder.tick(1100, 100, (child) => beats.push(child))
    expect(beats).toEqual(['spare', 'a'])
  })
})

describe('redundancy', () => {
  test('answers loss on a line whose delay is flat, and ends when the delay grows', () => {
    expect(wantsRedundancy({ loss: 0.05, delayMs: 5 }, false)).toBe(true)
    expect(wantsRedundancy({ loss: 0.05, delayMs: 40 }, false)).toBe(false)
    expect(wantsRedundancy({ loss: 0.01, delayMs: 40 }, true)).toBe(true)
    expect(wantsRedundancy({ loss: 0.05, delayMs: 60 }, true)).toBe(false)
    expect(wantsRedundancy({ loss: 0, delayMs: 0 }, true)).toBe(false)
  })

  test('sends the frame before along', () => {
    const { forwarder, sent, serve } = forwarding()
    serve('a')
    forwarder.receive('primary', testFrame(1), 0)
    forwarder.onReception('a', { loss: 0.05, delayMs: 0 })
    forwarder.receive('primary', testFrame(2), 20)
    expect(sent).toEqual(['a 1/1', 'a 2/1', 'a 1/1'])
  })
})

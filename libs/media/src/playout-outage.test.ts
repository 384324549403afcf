import type { SourceHeartbeat } from '@pearcast/protocol'
import { describe, expect, test } from 'vitest'
import { Bench } from './testing/bench.ts'
import { frame, toneAt } from './testing/frames.ts'
import { Recording } from './testing/recording.ts'

type State = SourceHeartbeat['state']

/** Tells the playout what the source would say now. */
function beat(bench: Bench, state: State): () => void {
  return () => {
    const { ts48k, nowUs } = bench
    bench.playout.heartbeat({ headSeq: bench.seq - 1, ts48k, wallclockUs: nowUs, state }, nowUs)
  }
}

function balance(bench: Bench): number {
  const { framesSent, framesPlayed, framesConcealed, framesLost } = bench.playout.stats()
  return framesSent - framesPlayed - framesConcealed - framesLost
}

function lastLatencyMs(bench: Bench): number {
  const last = bench.slots.findLast((slot) => slot.kind === 'frame')
  return last?.kind === 'frame' ? (last.latencyUs ?? Number.NaN) / 1000 : Number.NaN
}

const UNHARMED = { framesLost: 0, framesConcealed: 0, framesLate: 0, gaps: 0, interruptions: 0 }

describe('a source that pauses', () => {
  test.each<[string, boolean, State | undefined]>([
    ['muted, media time going on, with heartbeats', true, 'muted'],
    ['stalled, media time standing still, with heartbeats', false, 'stalled'],
    ['stalled, media time standing still, without a word', false, undefined],
    ['silent, media time going on, without a word', true, undefined],
    ['live but silent by its clock', true, 'live'],
  ])('%s: nothing is lost and nothing is a gap', (_, mediaGoesOn, state) => {
    for (const ms of [700, 5000]) {
      const bench = new Bench()
      const recording = new Recording(bench)
      bench.run(3000)
      bench.pauseSource(ms, mediaGoesOn, state === undefined ? () => {} : beat(bench, state))
      bench.run(3000)
      expect({ ms, ...bench.playout.stats() }).toMatchObject(UNHARMED)
      expect(bench.gaps).toEqual([])
      expect(lastLatencyMs(bench)).toBeLessThan(65)
      expect(lastLatencyMs(bench)).toBeGreaterThan(33)
      expect(balance(bench)).toBe(0)
      expect(recording.difference(bench.slots)).toBeUndefined()
    }
  })

  test('says so: the state is quiet while heartbeats come, starved when they stop', () => {
    const bench = new Bench()
    bench.run(1000).pauseSource(500, false, beat(bench, 'muted'))
    bench.sourceOn = false
    expect(bench.playout.stats().state).toBe('quiet')
    bench.run(400)
    expect(bench.playout.stats().state).toBe('starved')
  })

  test('concealment ends with the first heartbeat', () => {
    const bench = new Bench()
    const recording = new Recording(bench)
    bench.run(1000).pauseSource(1000, true, beat(bench, 'muted'))
    const conceals = bench.decoder.conceals
    expect(conceals).toBeLessThanOrEqual(5)
    expect(recording.at(recording.length - 1)).toBe(0)
  })

  test('leaving out silence (DTX) is neither loss nor gap, and media time stays true', () => {
    const bench = new Bench()
    const recording = new Recording(bench)
    for (let i = 0; i < 5; i++) bench.run(1000).pauseSource(200, true)
    bench.run(1000)
    expect(bench.playout.stats()).toMatchObject(UNHARMED)
    const at = recording.length - 200
    expect(recording.at(at)).toBe(toneAt(1000 * 960 + at - recording.start))
  })

  test('a source heartbeat that names frames we lack does not make a loss quiet', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq >= 1100 && sent.seq < 1120 ? [] : [1000])
    bench.run(2100)
    beat(bench, 'muted')()
    bench.run(2000)
    expect(bench.playout.stats()).toMatchObject({ framesConcealed: 5, framesLost: 15, interruptions: 1 })
  })
})

describe('after an outage', () => {
  test.each([
    ['one', [3000]],
    ['two soon after each other', [3000, 6000]],
  ])('of 1.2 s, %s, what is sent again teaches no delay', (_words, outagesMs) => {
    const bench = new Bench()
    const beganUs = bench.nowUs
    // All of it comes late, spread over a quarter of a second, as answers to requests do.
    bench.channel = (_, sentUs) => {
      const inMs = (sentUs - beganUs) / 1000
      const fromMs = outagesMs.find((ms) => inMs >= ms && inMs < ms + 1200)
      if (fromMs === undefined) return [1000]
      return [(fromMs + 1200 - inMs + 20 + (inMs - fromMs) / 5) * 1000]
    }
    bench.run(12_000)
    expect(bench.playout.targetMs).toBe(40)
    expect(lastLatencyMs(bench)).toBeLessThan(65)
    expect(bench.playout.stats().interruptions).toBe(outagesMs.length)
  })

  test.each([40, 100, 200])(
    'frames of before that come %i ms too early are not taken for the live edge',
    (ms) => {
      const bench = new Bench()
      const [lost, live] = [1100, 1170]
      bench.channel = (sent) => (sent.seq >= lost && sent.seq < live ? [] : [1000])
      bench.run(3400 - ms)
      const first = live - ms / 20 - 28
      for (let seq = first; seq < first + 8; seq++) bench.sendNow(frame({ seq }), 1000 + (seq - first) * 500)
      bench.run(3000)
      expect(bench.playout.stats()).toMatchObject({ interruptions: 1, state: 'playing' })
      expect(lastLatencyMs(bench)).toBeLessThan(65)
    },
  )

  test('stalls of 300 ms that recur are covered from the fourth on, such of 700 ms cost no delay', () => {
    const stalling = (ms: number): Bench => {
      const bench = new Bench()
      const beganUs = bench.nowUs
      bench.channel = (_, sentUs) => {
        const inMs = ((sentUs - beganUs) / 1000) % 5000
        return [1000 + Math.max(0, ms - inMs) * 1000]
      }
      // The first begins with the source, and is none.
      return bench.run(42_000)
    }
    expect(stalling(300).playout.stats()).toMatchObject({ interruptions: 3, targetMs: 310 })
    expect(stalling(700).playout.stats()).toMatchObject({ interruptions: 8, targetMs: 40 })
  })

  test('a way that is 200 ms longer is believed within a quarter of a second', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq < 1100 ? [1000] : sent.seq < 1150 ? [] : [201_000])
    bench.run(6000)
    const [outage] = bench.gaps
    expect(outage?.ms).toBeLessThan(1000 - 100 + 200 + 300)
    expect(bench.playout.stats()).toMatchObject({ interruptions: 1, targetMs: 40 })
  })
})

describe('an outage of the way', () => {
  test.each([700, 3000])('of %i ms whose frames never come: lost, reported, the offset stays', (ms) => {
    const bench = new Bench()
    const recording = new Recording(bench)
    const missing = ms / 20
    bench.channel = (sent) => (sent.seq >= 1100 && sent.seq < 1100 + missing ? [] : [1000])
    bench.run(4000 + ms)
    expect(bench.playout.stats()).toMatchObject({
      framesConcealed: 5,
      framesLost: missing - 5,
      interruptions: 1,
      state: 'playing',
    })
    expect(bench.gaps).toEqual([{ ms: ms - 100, concealed: 5 }])
    const at = recording.length - 200
    expect(recording.at(at)).toBe(toneAt(1000 * 960 + at - recording.start))
    expect(recording.difference(bench.slots)).toBeUndefined()
    expect(balance(bench)).toBe(0)
  })

  test('of 700 ms that ends in a burst: goes on at the live edge with the old offset', () => {
    for (const spreadUs of [0, 500]) {
      const bench = new Bench()
      let endUs = 0
      bench.channel = (sent, sentUs) => {
        if (sent.seq === 1100) endUs = sentUs + 700_000
        const queued = Math.max(0, endUs - sentUs)
        return [1000 + queued + (queued > 0 ? (sent.seq - 1100) * spreadUs : 0)]
      }
      const recording = new Recording(bench)
      bench.run(6000)
      const stats = bench.playout.stats()
      expect(stats).toMatchObject({ framesConcealed: 5, interruptions: 1, targetMs: 40, ratio: 1 })
      expect(stats.framesLost).toBeLessThanOrEqual(30)
      expect(lastLatencyMs(bench)).toBeLessThan(60)
      const at = recording.length - 200
      expect(recording.at(at)).toBe(toneAt(1000 * 960 + at - recording.start))
      expect(balance(bench)).toBe(0)
    }
  })

  test('that ends on a way 100 ms longer: starts again at the target delay', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq < 1100 ? [1000] : sent.seq < 1150 ? [] : [101_000])
    bench.run(8000)
    expect(lastLatencyMs(bench)).toBeGreaterThan(135)
    expect(lastLatencyMs(bench)).toBeLessThan(165)
    expect(bench.playout.stats()).toMatchObject({
      framesLate: 0,
      ratio: 1,
      interruptions: 1,
      state: 'playing',
    })
    expect(balance(bench)).toBe(0)
  })

  test('of 30 s, longer than the buffer’s window: comes back at the live edge', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq < 1100 || sent.seq >= 2600 ? [1000] : [])
    bench.run(35_000)
    expect(bench.playout.stats()).toMatchObject({ framesConcealed: 5, framesLost: 1495, state: 'playing' })
    expect(bench.gaps).toEqual([{ ms: 29_900, concealed: 5 }])
  })

  test('still going on at the end lies beyond the last sequence number', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq < 1100 ? [1000] : [])
    bench.run(4000)
    expect(bench.playout.stats().state).toBe('starved')
    bench.playout.finish()
    expect(bench.playout.stats()).toMatchObject({
      framesSent: 100,
      framesPlayed: 100,
      lastSeq: 1099,
      interruptions: 0,
      state: 'ended',
    })
  })
})

describe('the sink', () => {
  test('asleep for 10 s while frames arrive: playback goes on at the live edge', () => {
    const bench = new Bench()
    bench.run(2000)
    bench.sleepSink(10_000)
    bench.run(5000)
    expect(lastLatencyMs(bench)).toBeLessThan(65)
    const stats = bench.playout.stats()
    expect(stats).toMatchObject({ state: 'playing', ratio: 1, interruptions: 1, framesDuplicate: 0 })
    expect(stats.framesLost).toBeGreaterThan(480)
    expect(balance(bench)).toBe(0)
  })

  test('asleep for 10 s together with the network: playback goes on at the live edge', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq >= 1100 && sent.seq < 1600 ? [] : [1000])
    bench.run(2000)
    bench.sleepSink(10_000)
    bench.run(5000)
    expect(lastLatencyMs(bench)).toBeLessThan(65)
    expect(bench.playout.stats()).toMatchObject({ state: 'playing', ratio: 1 })
    expect(balance(bench)).toBe(0)
  })

  test('a hiccup of 100 ms that it catches up with changes nothing', () => {
    const bench = new Bench()
    const recording = new Recording(bench)
    bench.run(2000)
    bench.hiccupSink(100)
    bench.run(10_000)
    expect(bench.playout.stats()).toMatchObject({ ...UNHARMED, ratio: 1 })
    expect(recording.difference(bench.slots)).toBeUndefined()
  })
})

describe('a new session', () => {
  test('counts its own sequence numbers, and the time between is a gap', () => {
    const bench = new Bench()
    bench.run(2000)
    bench.pauseSource(1000, false)
    bench.playout.newSession()
    bench.seq = 5
    bench.ts48k = 77
    bench.run(3000)
    const stats = bench.playout.stats()
    expect(stats).toMatchObject({ framesLost: 0, framesConcealed: 0, firstSeq: 5, interruptions: 1 })
    expect(stats.framesSent).toBeGreaterThan(240)
    expect(bench.gaps).toHaveLength(1)
    expect(bench.gaps[0]?.ms).toBeGreaterThanOrEqual(860)
    expect(bench.gaps[0]?.ms).toBeLessThan(1100)
    expect(balance(bench)).toBe(0)
  })

  test('after one that said it had ended is no gap', () => {
    const bench = new Bench()
    bench.run(2000).pauseSource(1000, true, beat(bench, 'ended'))
    bench.playout.newSession()
    bench.seq = 0
    bench.run(2000)
    expect(bench.playout.stats()).toMatchObject({ ...UNHARMED, firstSeq: 0 })
  })

  test('reset is as good as new', () => {
    const bench = new Bench()
    bench.run(2000)
    bench.playout.reset()
    const fresh = new Bench().playout.stats()
    expect(bench.playout.stats()).toEqual(fresh)
  })
})

test('after the end there is silence and nothing is accepted', () => {
  const bench = new Bench()
  bench.run(1000)
  bench.playout.finish()
  bench.results.late = 0
  const recording = new Recording(bench)
  bench.run(500)
  expect(recording.start).toBe(recording.length)
  expect(bench.results.late).toBe(25)
  expect(balance(bench)).toBe(0)
})

import { describe, expect, test } from 'vitest'
import type { PlayedSlot } from './playout-types.ts'
import { Bench, type BenchOptions, type Channel } from './testing/bench.ts'
import { DURATIONS, frame, toneAt } from './testing/frames.ts'
import { seededRandom } from './testing/random.ts'
import { Recording } from './testing/recording.ts'

/** Arrival jitter of a loopback: 1 to 3 ms, once in 5 s a hiccup of 15 to 30 ms that delays what follows it. */
function loopback(): Channel {
  let busyUntilUs = 0
  return (_, sentUs, random) => {
    if (random() < 1 / 250) busyUntilUs = sentUs + 15_000 + random() * 15_000
    return [Math.max(busyUntilUs - sentUs, 0) + 1000 + random() * 2000]
  }
}

/** Times [from, to) in us at which a process does nothing for 15 to 30 ms, every 1.5 s on average. */
function hiccups(random: () => number): [number, number][] {
  const held: [number, number][] = []
  for (let atUs = 10_000_000; atUs < 17_000_000; atUs += random() * 3_000_000) {
    held.push([atUs, atUs + 15_000 + random() * 15_000])
  }
  return held
}

function heldUp(held: readonly [number, number][], atUs: number): number {
  return held.find(([from, to]) => atUs >= from && atUs < to)?.[1] ?? atUs
}

function seqsOf(slots: readonly PlayedSlot[], kind: 'frame' | 'concealed'): number[] {
  return slots.flatMap((slot) =>
    slot.kind !== kind
      ? []
      : [slot.kind === 'frame' ? slot.frame.seq : slot.kind === 'concealed' ? slot.seq : -1],
  )
}

function balance(bench: Bench): number {
  const { framesSent, framesPlayed, framesConcealed, framesLost } = bench.playout.stats()
  return framesSent - framesPlayed - framesConcealed - framesLost
}

describe('on a healthy loopback', () => {
  test.each<[number, number]>([
    [480, 0],
    [480, 7000],
    [960, 0],
    [960, 11_000],
    [960, 19_000],
    [128, 5000],
  ])(
    'pulls of %i samples, phase %i us: nothing adapts, latency stays near 40 ms',
    (pullSamples, pullPhaseUs) => {
      for (let seed = 1; seed <= 3; seed++) {
        const bench = new Bench({ pullSamples, pullPhaseUs, seed })
        bench.channel = loopback()
        const stats = bench.run(30_000).playout.stats()
        expect({ seed, ...stats }).toMatchObject({
          framesConcealed: 0,
          framesLost: 0,
          framesLate: 0,
          framesDuplicate: 0,
          ratio: 1,
          targetMs: 40,
        })
        expect(stats.latencyMs.p50).toBeGreaterThanOrEqual(34)
        expect(stats.latencyMs.p95).toBeLessThanOrEqual(60)
        expect(stats.framesPlayed).toBeGreaterThan(1490)
      }
    },
  )

  test('in one process, whose hiccups hold up arrivals and sink alike: nothing adapts', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed)
      const held = hiccups(random)
      const bench = new Bench({
        seed,
        pullSamples: seed % 2 === 0 ? 480 : 960,
        pullPhaseUs: random() * 20_000,
        pullLateUs: (dueUs, jitter) => heldUp(held, dueUs + jitter() * 4000) - dueUs,
      })
      bench.channel = (_, sentUs, jitter) => [heldUp(held, sentUs + 300 + jitter() * 3000) - sentUs]
      const stats = bench.run(6000).playout.stats()
      expect({ seed, ...stats }).toMatchObject({ ratio: 1, targetMs: 40, framesConcealed: 0, framesLate: 0 })
      expect(stats.latencyMs.p95).toBeLessThanOrEqual(65)
      expect(bench.slots.every((slot) => slot.kind === 'frame')).toBe(true)
    }
  })

  test.each([60, 100, 200, 300])(
    'a machine that pauses for %i ms each second, and a sink that catches up: nothing adapts, nothing is lost',
    (pauseMs) => {
      const pausedAt = (atUs: number): [number, number] => {
        const from = Math.floor(atUs / 1e6) * 1e6
        return [from, from + pauseMs * 1000]
      }
      const bench = new Bench({
        pullSamples: 960,
        pullLateUs: (dueUs) => {
          const [from, to] = pausedAt(dueUs)
          const caughtUpUs = to + 8000 * (1 + Math.floor((dueUs - from) / 20_000))
          return Math.max(0, caughtUpUs - dueUs)
        },
      })
      bench.channel = (_, sentUs) => [Math.max(pausedAt(sentUs)[1] - sentUs, 0) + 1000]
      const stats = bench.run(8000).playout.stats()
      expect(stats).toMatchObject({
        ratio: 1,
        targetMs: 40,
        framesConcealed: 0,
        framesLost: 0,
        framesLate: 0,
      })
      expect(bench.slots.every((slot) => slot.kind === 'frame')).toBe(true)
    },
  )

  test.each([1, 2] as const)('the sound is the decoder’s, bit for bit (%i channels)', (channels) => {
    const bench = new Bench({ channels })
    bench.channel = loopback()
    const recording = new Recording(bench)
    bench.run(3000)
    expect(recording.difference(bench.slots)).toBeUndefined()
    expect(bench.slots.every((slot) => slot.kind === 'frame')).toBe(true)
    expect(recording.at(recording.start + 20_000)).toBe(toneAt(1000 * 960 + 20_000))
  })
})

describe('frames of any length', () => {
  test.each(DURATIONS)('%i samples: played without loss', (samples) => {
    const bench = new Bench({ samples, pullSamples: 960 })
    bench.channel = (_, __, random) => [1000 + random() * 3000]
    const recording = new Recording(bench)
    bench.run(10_000)
    expect(bench.playout.stats()).toMatchObject({ framesConcealed: 0, framesLost: 0, framesLate: 0, gaps: 0 })
    expect(recording.difference(bench.slots)).toBeUndefined()
  })

  test('mixed: each comes when it is complete, the long ones set the delay', () => {
    const bench = new Bench()
    bench.channel = (_, __, random) => {
      const completeUs = (bench.samples * 1000) / 48
      bench.samples = DURATIONS[Math.floor(random() ** 2 * DURATIONS.length)] ?? 960
      return [completeUs + 1000]
    }
    bench.run(5000)
    const early = bench.playout.stats()
    bench.run(60_000)
    const { framesConcealed, framesLost, targetMs, latencyMs } = bench.playout.stats()
    expect({ framesConcealed, framesLost }).toEqual({
      framesConcealed: early.framesConcealed,
      framesLost: early.framesLost,
    })
    expect(targetMs).toBeGreaterThan(115)
    expect(latencyMs.p50).toBeLessThan(190)
    expect(balance(bench)).toBe(0)
  })
})

describe('starting', () => {
  test('a live flow starts with its first frame once the target delay is buffered', () => {
    const bench = new Bench({ pullPhaseUs: 0 })
    const recording = new Recording(bench)
    bench.run(500)
    expect(bench.playout.stats().firstSeq).toBe(1000)
    expect(recording.start).toBe(40 * 48)
  })

  test.each([
    ['at once, oldest first', (i: number) => i * 10],
    ['at once, newest first', (i: number) => (40 - i) * 10],
    ['over 30 ms', (i: number) => i * 750],
  ])('a ring of recent frames that comes %s starts at the live edge', (_, delayUs) => {
    const bench = new Bench({ pullPhaseUs: 0 })
    for (let i = 0; i < 40; i++) {
      const seq = 960 + i
      const captureUs = bench.nowUs - (40 - i) * 20_000
      bench.sendNow(frame({ seq, captureUs }), delayUs(i))
    }
    bench.run(2000)
    const { latencyMs, firstSeq, framesLost, framesConcealed, framesLate, ratio } = bench.playout.stats()
    expect(firstSeq).toBeGreaterThanOrEqual(996)
    expect(firstSeq).toBeLessThanOrEqual(1000)
    expect(latencyMs.p95).toBeLessThanOrEqual(62)
    expect({ framesLost, framesConcealed, framesLate, ratio }).toEqual({
      framesLost: 0,
      framesConcealed: 0,
      framesLate: 0,
      ratio: 1,
    })
    expect(balance(bench)).toBe(0)
  })

  test('two paths at once: every frame is played once, by the copy that came first', () => {
    const bench = new Bench()
    bench.channel = (sent) => {
      bench.sendNow(sent, 3000, sent.seq % 10 === 0 ? 'webrtc' : 'swarm')
      bench.sendNow(sent, 8000, sent.seq % 10 === 0 ? 'swarm' : 'webrtc')
      return []
    }
    const stats = bench.run(10_100).playout.stats()
    expect(stats.framesByPath.webrtc).toBe(51)
    expect(stats.framesByPath.swarm + stats.framesByPath.webrtc).toBe(stats.framesPlayed)
    expect(stats).toMatchObject({ framesLost: 0, framesConcealed: 0, framesDuplicate: 0, framesLate: 0 })
    expect(stats.copiesDropped).toBeGreaterThan(495)
  })

  test('before anything has come there is silence', () => {
    const bench = new Bench()
    bench.sourceOn = false
    const recording = new Recording(bench)
    bench.run(100)
    expect(recording.length).toBeGreaterThan(4000)
    expect(recording.start).toBe(recording.length)
    expect(bench.playout.stats()).toMatchObject({ framesSent: 0, state: 'buffering', firstSeq: undefined })
  })
})

describe('loss', () => {
  test('a missing frame is concealed at its deadline and nothing else moves', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq === 1050 ? [] : [1000])
    const recording = new Recording(bench)
    bench.run(3000)
    expect(bench.playout.stats()).toMatchObject({
      framesConcealed: 1,
      framesLost: 0,
      interruptions: 0,
      gaps: 0,
    })
    expect(seqsOf(bench.slots, 'concealed')).toEqual([1050])
    expect(recording.difference(bench.slots)).toBeUndefined()
    expect(recording.at(recording.start + 90_000)).toBe(toneAt(1000 * 960 + 90_000))
  })

  test('reordered frames are played in order', () => {
    const bench = new Bench()
    bench.channel = (sent) => [sent.seq % 3 === 0 ? 28_000 : 1000]
    bench.run(5000)
    const seqs = seqsOf(bench.slots, 'frame')
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => 1000 + i))
    expect(bench.playout.stats()).toMatchObject({ framesConcealed: 0, framesLate: 0 })
  })

  test('an isolated late frame is concealed, dropped when it comes, and the offset to the source stays', () => {
    const bench = new Bench()
    bench.channel = (sent) => [sent.seq === 1050 ? 90_000 : 1000]
    const recording = new Recording(bench)
    bench.run(3000)
    expect(bench.results.late).toBe(1)
    expect(bench.playout.stats()).toMatchObject({ framesConcealed: 1, framesLate: 1, targetMs: 40, ratio: 1 })
    expect(recording.at(recording.start + 100_000)).toBe(toneAt(1000 * 960 + 100_000))
  })

  test('a stall of 90 ms on the way conceals what it made late and keeps the offset', () => {
    const bench = new Bench()
    let releaseUs = 0
    bench.channel = (sent, sentUs) => {
      if (sent.seq === 1050) releaseUs = sentUs + 90_000
      return [Math.max(1000, releaseUs - sentUs)]
    }
    const recording = new Recording(bench)
    bench.run(4000)
    const stats = bench.playout.stats()
    expect(stats).toMatchObject({ framesLost: 0, interruptions: 0, ratio: 1, targetMs: 40 })
    expect(stats.framesConcealed).toBeGreaterThanOrEqual(2)
    expect(stats.framesConcealed).toBeLessThanOrEqual(3)
    expect(recording.at(recording.start + 120_000)).toBe(toneAt(1000 * 960 + 120_000))
    expect(recording.difference(bench.slots)).toBeUndefined()
  })

  test('a hole longer than concealment lasts fades out, and the rest of it is lost and reported', () => {
    const bench = new Bench()
    bench.channel = (sent) => (sent.seq >= 1050 && sent.seq < 1065 ? [] : [1000])
    const recording = new Recording(bench)
    bench.run(4000)
    expect(bench.playout.stats()).toMatchObject({
      framesConcealed: 5,
      framesLost: 10,
      gaps: 1,
      interruptions: 1,
    })
    expect(bench.gaps).toEqual([{ ms: 200, concealed: 5 }])
    expect(recording.difference(bench.slots)).toBeUndefined()
    const hole = recording.start + 50 * 960
    expect(recording.at(hole + 10)).toBeCloseTo(0.9)
    expect(recording.at(hole + 4799)).toBeLessThan(0.01)
    expect(recording.largestStep(hole + 100, hole + 14_300)).toBeLessThan(0.01)
  })

  test('frames the decoder refuses are concealed', () => {
    const bench = new Bench()
    bench.decoder.decode = (payload): Float32Array => {
      bench.decoder.decoded++
      if (bench.decoder.decoded === 50) throw new Error('corrupt')
      return payload.length > 0 ? new Float32Array(960) : new Float32Array(0)
    }
    expect(bench.run(3000).playout.stats()).toMatchObject({ framesConcealed: 1, framesLost: 0 })
    expect(balance(bench)).toBe(0)
  })

  test('what is no Opus packet is not queued', () => {
    const bench = new Bench()
    bench.channel = (sent) => {
      bench.sendNow(sent.seq === 1020 ? { ...sent, payload: new Uint8Array(0) } : sent, 1000)
      return []
    }
    expect(bench.run(2000).playout.stats()).toMatchObject({ framesConcealed: 1, framesLost: 0 })
    expect(bench.results.late).toBe(1)
  })
})

describe('paths', () => {
  test('a switch with overlap loses nothing and plays nothing twice', () => {
    for (const overlap of [1, 10]) {
      const bench = new Bench()
      bench.channel = (sent) => {
        if (sent.seq < 1500 + overlap) bench.sendNow(sent, 9000, 'swarm')
        if (sent.seq >= 1500) bench.sendNow(sent, 2000, 'webrtc')
        return []
      }
      const stats = bench.run(20_000).playout.stats()
      expect(stats).toMatchObject({
        framesLost: 0,
        framesConcealed: 0,
        framesDuplicate: 0,
        copiesDropped: overlap,
        ratio: 1,
      })
      expect(stats.framesByPath.swarm).toBe(500)
      expect(stats.framesByPath.webrtc).toBe(stats.framesPlayed - 500)
    }
  })

  test('a way that becomes 60 ms longer for good costs one short concealment', () => {
    const bench = new Bench()
    bench.channel = (sent) => [sent.seq < 1200 ? 5000 : 65_000]
    bench.run(30_000)
    const stats = bench.playout.stats()
    expect(stats.framesLost).toBe(0)
    expect(stats.interruptions).toBe(0)
    expect(stats.framesConcealed).toBeGreaterThan(0)
    expect(stats.framesConcealed).toBeLessThanOrEqual(6)
    const concealed = seqsOf(bench.slots, 'concealed')
    expect(Math.max(...concealed) - Math.min(...concealed)).toBeLessThanOrEqual(8)
    expect(balance(bench)).toBe(0)
  })

  test('a way that becomes 100 ms shorter: the excess shrinks without loss until near the target', () => {
    const bench = new Bench()
    bench.channel = (sent) => [sent.seq < 1200 ? 105_000 : 5000]
    const recording = new Recording(bench)
    bench.run(90_000)
    const stats = bench.playout.stats()
    expect(stats).toMatchObject({
      framesLost: 0,
      framesConcealed: 0,
      framesLate: 0,
      ratio: 1,
      state: 'playing',
    })
    const latencies = bench.slots.flatMap((slot) => (slot.kind === 'frame' ? [slot.latencyUs ?? 0] : []))
    expect(latencies.at(-1)).toBeLessThan(5000 + 80_000)
    // A tone of 1 kHz and 440 Hz at this level never steps further than this.
    expect(recording.largestStep(recording.start + 1)).toBeLessThan(0.06)
  })
})

describe('jitter', () => {
  const heavy: BenchOptions = { seed: 7 }

  test('raises the target until nearly nothing is late', () => {
    const bench = new Bench(heavy)
    bench.channel = (_, __, random) => [1000 + random() * 80_000]
    bench.run(10_000)
    const early = bench.playout.stats()
    bench.run(60_000)
    const late = bench.playout.stats()
    expect(late.targetMs).toBeGreaterThan(80)
    expect(late.targetMs).toBeLessThan(130)
    expect(late.framesConcealed - early.framesConcealed).toBeLessThanOrEqual(3)
    expect(late.interruptions).toBe(0)
    expect(balance(bench)).toBe(0)
  })

  test('that ends gives its delay back, slowly and without loss', () => {
    const bench = new Bench(heavy)
    bench.channel = (_, __, random) => [1000 + random() * 80_000]
    bench.run(20_000)
    const { framesConcealed, framesLost } = bench.playout.stats()
    bench.channel = () => [1000]
    bench.run(240_000)
    const stats = bench.playout.stats()
    expect(stats).toMatchObject({ framesConcealed, framesLost, targetMs: 40, ratio: 1 })
    const latencies = bench.slots.flatMap((slot) => (slot.kind === 'frame' ? [slot.latencyUs ?? 0] : []))
    expect(latencies.at(-1)).toBeLessThan(80_000)
  })

  test('the target never exceeds its maximum', () => {
    const bench = new Bench({ ...heavy, maxDelayMs: 100 })
    bench.channel = (_, __, random) => [1000 + random() * 300_000]
    bench.run(30_000)
    expect(bench.playout.stats().targetMs).toBe(100)
    expect(balance(bench)).toBe(0)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choosePath, FIRST_CHOICE, isSilent, type PathChoice, type PathInput } from './choose-path.ts'
import { PathMonitor, type PathSummary } from './path-monitor.ts'
import { frame } from './testing/frames.ts'

const S = 1_000_000

function summary(over: Partial<PathSummary> = {}): PathSummary {
  return { frames: 500, lossRatio: 0, p50DelayMs: 10, p95DelayMs: 12, p99GapMs: 22, lastHeardUs: 0, ...over }
}

/** Both paths alive and alike at `nowUs`. */
function input(nowUs: number, over: Partial<PathInput> = {}): PathInput {
  const view = { summary: summary({ lastHeardUs: nowUs - 20_000 }), available: true }
  return {
    nowUs,
    preference: 'auto',
    swarm: view,
    webrtc: view,
    webrtcFramesNoLater: 0,
    sourceIsQuiet: false,
    ...over,
  }
}

function worse(nowUs: number, over: Partial<PathSummary>): PathInput['swarm'] {
  return { summary: summary({ lastHeardUs: nowUs - 20_000, ...over }), available: true }
}

const ON_WEBRTC: PathChoice = { path: 'webrtc', sinceUs: 0, worseSinceUs: undefined, heldUntilUs: 0 }

describe('choosing a path', () => {
  test('sound starts on the swarm and moves to WebRTC after 10 frames in a row that came no later', () => {
    const nowUs = 5 * S
    expect(choosePath(FIRST_CHOICE, input(nowUs, { webrtcFramesNoLater: 9 }))).toBe(FIRST_CHOICE)
    expect(choosePath(FIRST_CHOICE, input(nowUs, { webrtcFramesNoLater: 10 }))).toMatchObject({
      path: 'webrtc',
    })
  })

  test('nothing moves to a path that is not there', () => {
    const webrtc = { summary: summary(), available: false }
    expect(choosePath(FIRST_CHOICE, input(5 * S, { webrtc, webrtcFramesNoLater: 99 }))).toBe(FIRST_CHOICE)
  })

  test('a path that falls silent is left, and not returned to for 60 s', () => {
    const nowUs = 100 * S
    const webrtc = { summary: summary({ lastHeardUs: nowUs - 299_000 }), available: true }
    expect(choosePath(ON_WEBRTC, input(nowUs, { webrtc }))).toBe(ON_WEBRTC)
    const left = choosePath(ON_WEBRTC, input(nowUs + 2000, { webrtc }))
    expect(left).toMatchObject({ path: 'swarm', heldUntilUs: nowUs + 2000 + 60 * S })
    expect(choosePath(left, input(nowUs + 50 * S, { webrtcFramesNoLater: 50 }))).toBe(left)
    expect(choosePath(left, input(nowUs + 61 * S, { webrtcFramesNoLater: 50 })).path).toBe('webrtc')
  })

  test('a path with a slow rhythm may be silent for four of its longest gaps', () => {
    const slow = summary({ p99GapMs: 120, lastHeardUs: 0 })
    expect(isSilent(slow, 470_000)).toBe(false)
    expect(isSilent(slow, 490_000)).toBe(true)
    expect(isSilent(summary({ p99GapMs: Number.NaN, lastHeardUs: 0 }), 301_000)).toBe(true)
  })

  test('a quiet source accuses no path', () => {
    const webrtc = { summary: summary({ lastHeardUs: 0 }), available: true }
    expect(choosePath(ON_WEBRTC, input(9 * S, { webrtc, sourceIsQuiet: true }))).toBe(ON_WEBRTC)
  })

  test('two silent paths do not alternate faster than their silence is noticed', () => {
    const silent = { summary: summary({ lastHeardUs: 0 }), available: true }
    let choice: PathChoice = ON_WEBRTC
    let switches = 0
    for (let nowUs = S; nowUs < 11 * S; nowUs += 20_000) {
      const next = choosePath(choice, input(nowUs, { swarm: silent, webrtc: silent }))
      if (next.path !== choice.path) switches++
      choice = next
    }
    expect(switches).toBeLessThanOrEqual(34)
  })

  test.each<[string, Partial<PathSummary>]>([
    ['1 % loss', { lossRatio: 0.01 }],
    ['a p95 that is 15 ms worse', { p95DelayMs: 27 }],
  ])('%s is left after 10 s, then held 60 s', (_, fault) => {
    let choice: PathChoice = ON_WEBRTC
    let leftUs = 0
    for (let nowUs = 100 * S; nowUs < 120 * S && leftUs === 0; nowUs += S / 10) {
      choice = choosePath(choice, input(nowUs, { webrtc: worse(nowUs, fault) }))
      if (choice.path === 'swarm') leftUs = nowUs
    }
    expect(leftUs).toBe(110 * S)
    expect(choice.heldUntilUs).toBe(170 * S)
  })

  test('a fault that pauses starts its 10 s again', () => {
    let choice: PathChoice = ON_WEBRTC
    for (let s = 100; s < 160; s++) {
      const webrtc = worse(s * S, s % 8 === 0 ? {} : { lossRatio: 0.05 })
      choice = choosePath(choice, input(s * S, { webrtc }))
      expect(choice.path).toBe('webrtc')
    }
  })

  test('loss that both paths share is no reason to move', () => {
    let choice: PathChoice = ON_WEBRTC
    for (let s = 100; s < 130; s++) {
      const view = worse(s * S, { lossRatio: 0.05 })
      choice = choosePath(choice, input(s * S, { webrtc: view, swarm: view }))
    }
    expect(choice.path).toBe('webrtc')
  })

  test('what the user has fixed stays', () => {
    const given = input(S, { preference: 'swarm', webrtcFramesNoLater: 99 })
    expect(choosePath(FIRST_CHOICE, given)).toBe(FIRST_CHOICE)
    expect(choosePath(FIRST_CHOICE, { ...given, preference: 'webrtc' }).path).toBe('webrtc')
  })

  test('whatever the figures, a switch for quality is never followed by one within 60 s', () => {
    const step = fc.record({
      lossA: fc.double({ min: 0, max: 0.2, noNaN: true }),
      lossB: fc.double({ min: 0, max: 0.2, noNaN: true }),
      delayA: fc.integer({ min: 0, max: 100 }),
      delayB: fc.integer({ min: 0, max: 100 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), (steps) => {
        let choice: PathChoice = ON_WEBRTC
        let switchedAt = -60
        steps.forEach(({ lossA, lossB, delayA, delayB }, s) => {
          const nowUs = (1000 + s) * S
          const webrtc = worse(nowUs, { lossRatio: lossA, p95DelayMs: delayA })
          const swarm = worse(nowUs, { lossRatio: lossB, p95DelayMs: delayB })
          const next = choosePath(choice, input(nowUs, { webrtc, swarm }))
          if (next.path !== choice.path) {
            expect(s - switchedAt).toBeGreaterThanOrEqual(60)
            switchedAt = s
          }
          choice = next
        })
      }),
      { numRuns: 50 },
    )
  })
})

describe('the path monitor', () => {
  function monitored(count: number, delayUs: (seq: number) => number | undefined): PathMonitor {
    const monitor = new PathMonitor()
    for (let seq = 1; seq <= count; seq++) {
      const delay = delayUs(seq)
      const sentUs = seq * 20_000
      if (delay !== undefined) monitor.onFrame(frame({ seq, captureUs: sentUs }), sentUs + delay)
    }
    return monitor
  }

  test('sums up delay, loss and rhythm over a bounded window', () => {
    const monitor = monitored(2000, (seq) =>
      seq % 50 === 0 ? undefined : 5000 + (seq % 10 === 0 ? 20_000 : 0),
    )
    const seen = monitor.summary()
    expect(seen.frames).toBeLessThanOrEqual(512)
    expect(seen.lossRatio).toBeCloseTo(0.02, 2)
    expect(seen.p50DelayMs).toBe(5)
    expect(seen.p95DelayMs).toBe(25)
    expect(seen.p99GapMs).toBeGreaterThanOrEqual(40)
    expect(seen.lastHeardUs).toBe(1999 * 20_000 + 5000)
  })

  test('an empty one has nothing to say', () => {
    const seen = new PathMonitor().summary()
    expect(seen).toMatchObject({ frames: 0, lossRatio: 0, lastHeardUs: -1 })
    expect(seen.p95DelayMs).toBeNaN()
    expect(new PathMonitor().framesNoLaterThan(monitored(20, () => 0))).toBe(0)
  })

  test('counts the newest frames in a row that came no later than by the other path', () => {
    const swarm = monitored(100, () => 5000)
    expect(monitored(100, () => 6000).framesNoLaterThan(swarm)).toBe(100)
    expect(monitored(100, (seq) => (seq === 90 ? 9000 : 4000)).framesNoLaterThan(swarm)).toBe(10)
    expect(monitored(100, (seq) => (seq === 95 ? undefined : 4000)).framesNoLaterThan(swarm)).toBe(5)
    expect(monitored(100, () => 9000).framesNoLaterThan(swarm)).toBe(0)
  })

  test('no worse means: enough seen, no noticeable loss, no noticeable delay beyond the other’s', () => {
    const swarm = monitored(200, () => 5000)
    expect(monitored(200, () => 9000).isNoWorse(swarm)).toBe(true)
    expect(monitored(200, () => 11_000).isNoWorse(swarm)).toBe(false)
    expect(monitored(200, (seq) => (seq % 50 === 0 ? undefined : 5000)).isNoWorse(swarm)).toBe(false)
    expect(monitored(20, () => 1000).isNoWorse(swarm)).toBe(false)
    expect(swarm.isNoWorse(new PathMonitor())).toBe(true)
  })

  test('a heartbeat is a sign of life, and a copy of a frame changes nothing', () => {
    const monitor = monitored(100, () => 5000)
    monitor.onFrame(frame({ seq: 100 }), 99_000_000)
    expect(monitor.summary().frames).toBe(100)
    monitor.onHeartbeat(50_000_000)
    expect(monitor.lastHeardUs).toBe(50_000_000)
  })

  test('taken up again after a pause, it does not count the pause as loss', () => {
    const monitor = monitored(100, () => 5000)
    monitor.restart()
    monitor.onFrame(frame({ seq: 400 }), 8_005_000)
    expect(monitor.summary()).toMatchObject({ frames: 1, lossRatio: 0 })
  })
})
